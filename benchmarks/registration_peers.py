"""Splink on the same tables, where it is installed: weights learnt without labels.

Each table has the comparisons and blocking rules that Splink's own guides would give
it, and is judged at the threshold where its F1 is best.
"""

import logging

import numpy as np
import pyarrow as pa


def splink_f1(name: str, table: pa.Table, true: int) -> float | None:
    """Give Splink's best F1 on a table, or None where Splink is not installed."""
    try:
        import splink.comparison_library as cl
        from splink import Linker, SettingsCreator, block_on
        from splink.backends.duckdb import DuckDBAPI
    except ImportError:
        return None
    import duckdb

    logging.getLogger("splink").setLevel(logging.ERROR)
    connection = duckdb.connect()
    connection.register("given", table)
    recipe = RECIPES[name]
    columns = recipe["columns"]  # our own text, below
    connection.execute(f"create table r as select {columns} from given")  # noqa: S608
    linker = Linker(
        DuckDBAPI(connection).register("r", dataset_display_name="r"),
        SettingsCreator(
            link_type="dedupe_only",
            unique_id_column_name="unique_id",
            comparisons=recipe["comparisons"](cl),
            blocking_rules_to_generate_predictions=[
                block_on(*rule) for rule in recipe["blocking"]
            ],
        ),
        log_level="ERROR",
    )
    training = linker.training
    training.estimate_probability_two_random_records_match(
        [block_on(*rule) for rule in recipe["sure"]], recall=0.6
    )
    training.estimate_u_using_random_sampling(max_pairs=5e6, seed=1)
    for rule in recipe["sessions"]:
        training.estimate_parameters_using_expectation_maximisation(block_on(*rule))
    pairs = linker.inference.predict(threshold_match_probability=1e-6).physical_name
    query = f"""select p.match_weight, (x.cluster = y.cluster)::int from {pairs} p
        join r x on x.unique_id = p.unique_id_l
        join r y on y.unique_id = p.unique_id_r order by 1 desc"""  # noqa: S608
    found = connection.execute(query).fetchall()
    hits = np.cumsum([same for _, same in found])
    return float((2 * hits / (np.arange(1, len(hits) + 1) + true)).max())


def splink_pairs(columns: pa.Table) -> pa.Table | None:
    """Give Splink's pairs of registrations with their weights, or None without it.

    ``columns`` holds cleaned values and the row's number ``n``. Identifiers compare
    as equal or one character off, names and addresses as equal or much alike, what is
    equal by how common it is; rows meet by one equal value, or by the person's name
    with the first digits of the card.
    """
    try:
        import splink.comparison_level_library as cll
        import splink.comparison_library as cl
        from splink import Linker, SettingsCreator, block_on
        from splink.backends.duckdb import DuckDBAPI
    except ImportError:
        return None
    import duckdb

    logging.getLogger("splink").setLevel(logging.ERROR)

    def identifier(column: str) -> object:
        return cl.CustomComparison(
            output_column_name=column,
            comparison_levels=[
                cll.NullLevel(column),
                cll.ExactMatchLevel(column).configure(tf_adjustment_column=column),
                cll.DamerauLevenshteinLevel(column, 1),
                cll.ElseLevel(),
            ],
        )

    def text(column: str, least: float) -> object:
        alike = cl.JaroWinklerAtThresholds(column, [least])
        return alike.configure(term_frequency_adjustments=True)

    identifiers = ("business_licence", "legal_person_id", "phone")
    alone = (*identifiers, "email", "company_name", "address")
    connection = duckdb.connect()
    connection.register("given", columns)
    connection.execute("create table r as select * from given")
    linker = Linker(
        DuckDBAPI(connection).register("r", dataset_display_name="r"),
        SettingsCreator(
            link_type="dedupe_only",
            unique_id_column_name="n",
            comparisons=[
                *(identifier(column) for column in identifiers),
                cl.EmailComparison("email"),
                text("legal_person", 0.92),
                text("address", 0.95),
                text("company_name", 0.93),
            ],
            blocking_rules_to_generate_predictions=[
                *(block_on(column) for column in alone),
                block_on("substr(legal_person_id, 1, 14)", "legal_person"),
            ],
            retain_matching_columns=False,
        ),
        log_level="ERROR",
    )
    training = linker.training
    training.estimate_probability_two_random_records_match(
        [block_on("business_licence"), block_on("legal_person_id")], recall=0.7
    )
    training.estimate_u_using_random_sampling(max_pairs=5e6, seed=1)
    for rule in ("business_licence", "legal_person_id"):
        training.estimate_parameters_using_expectation_maximisation(block_on(rule))
    name = linker.inference.predict(threshold_match_probability=0.01).physical_name
    query = f"select n_l, n_r, match_weight from {name}"  # noqa: S608 - Splink's own name
    return connection.sql(query).to_arrow_table()


RECIPES = {
    "historical_50k_train": {
        "columns": "unique_id, cluster, first_name, surname, dob, birth_place,"
        " postcode_fake, occupation, first_and_surname",
        "comparisons": lambda cl: [
            cl.ForenameSurnameComparison(
                "first_name",
                "surname",
                forename_surname_concat_col_name="first_and_surname",
            ),
            cl.DateOfBirthComparison("dob", input_is_string=True),
            cl.PostcodeComparison("postcode_fake"),
            cl.ExactMatch("birth_place").configure(term_frequency_adjustments=True),
            cl.ExactMatch("occupation").configure(term_frequency_adjustments=True),
        ],
        "blocking": [
            ("substr(first_name, 1, 3)", "substr(surname, 1, 4)"),
            ("surname", "dob"),
            ("first_name", "dob"),
            ("postcode_fake", "first_name"),
            ("postcode_fake", "surname"),
            ("dob", "birth_place"),
            ("substr(postcode_fake, 1, 3)", "dob"),
            ("substr(postcode_fake, 1, 3)", "first_name"),
            ("substr(postcode_fake, 1, 3)", "surname"),
            (
                "substr(first_name, 1, 2)",
                "substr(surname, 1, 2)",
                "substr(dob, 1, 4)",
            ),
        ],
        "sure": [
            ("first_name", "surname", "dob"),
            (
                "substr(first_name, 1, 2)",
                "surname",
                "substr(postcode_fake, 1, 2)",
            ),
            ("dob", "postcode_fake"),
        ],
        "sessions": [("first_name", "surname"), ("dob",)],
    },
    "fake_20000_train": {
        "columns": "unique_id, cluster, nullif(first_name, '') first_name,"
        " nullif(surname, '') surname, nullif(dob, '') dob, nullif(city, '') city,"
        " nullif(email, '') email",
        "comparisons": lambda cl: [
            cl.ForenameSurnameComparison("first_name", "surname"),
            cl.DateOfBirthComparison("dob", input_is_string=True),
            cl.EmailComparison("email"),
            cl.ExactMatch("city").configure(term_frequency_adjustments=True),
        ],
        "blocking": [
            ("first_name",),
            ("surname",),
            ("dob",),
            ("email",),
            ("substr(first_name, 1, 3)", "substr(surname, 1, 3)"),
            ("substr(dob, 1, 7)", "city"),
        ],
        "sure": [("first_name", "dob"), ("surname", "dob"), ("email",)],
        "sessions": [("first_name",), ("dob",)],
    },
    "chicago_sites_train": {
        "columns": "rec_id unique_id, cluster, nullif(lower(\"Site name\"), '') site,"
        " nullif(lower(\"Address\"), '') address, nullif(\"Zip\", '') zip,"
        " nullif(\"Phone\", '') phone",
        "comparisons": lambda cl: [
            cl.JaroWinklerAtThresholds("site", [0.92, 0.8]),
            cl.JaroWinklerAtThresholds("address", [0.95, 0.88]),
            cl.ExactMatch("zip").configure(term_frequency_adjustments=True),
            cl.LevenshteinAtThresholds("phone", 1),
        ],
        "blocking": [
            ("site",),
            ("address",),
            ("phone",),
            ("substr(address, 1, 6)",),
            ("substr(site, 1, 6)",),
        ],
        "sure": [("site", "address"), ("phone", "address")],
        "sessions": [("address",), ("phone",)],
    },
}
"""What each table's comparisons and blocking rules are for Splink."""
