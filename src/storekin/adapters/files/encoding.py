"""Which encoding a text file is in, found from its bytes alone."""

import codecs

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAMPLE = 262_144
# The commonest characters of Chinese shop text; a wrong guess hits few of them.
_COMMON_HAN = set(
    "的一是不了人在有我他这中大来上个国到说们为子和你地出道也时年得就那要下以生会自着去之过家学对可她里后"
    "公司有限贸易科技电子商务区路号楼室市省店铺名称标题价格品牌类别注册地址邮箱电话黑白红蓝色手机男女童新款包套装"
    "深圳广州义乌杭州宁波东莞厦门泉州上海苏州金华佛山福州温州州县镇街道张王李刘陈杨黄赵吴周徐孙马朱胡郭何林高罗"
    "无线蓝牙耳机充电器数据线运动鞋杯壶灯桌椅儿玩具不锈钢玻璃木防水大小号毫升厘米米克套件个只双条"
)


def detect_encoding(raw: bytes) -> str:
    r"""Name the encoding of *raw*: by its mark, as UTF-8, or by the likelier text.

    Knows UTF-8, UTF-16 and UTF-32, GB18030, Shift_JIS (as CP932) and CP1252, the
    encodings of platform exports; CP1252 is the last resort, and accepts all bytes.

    >>> detect_encoding("标题,价格\\n蓝牙耳机,19.9\\n".encode("gb18030"))
    'gb18030'
    """
    for mark, name in _BOMS:
        if raw.startswith(mark):
            return name
    sample = raw[:_SAMPLE]
    zeros_even = sample[0::2].count(0)
    zeros_odd = sample[1::2].count(0)
    half = max(len(sample) // 2, 1)
    if zeros_odd > 0.3 * half and zeros_even < 0.1 * half:
        return "utf-16-le"
    if zeros_even > 0.3 * half and zeros_odd < 0.1 * half:
        return "utf-16-be"
    if _is_utf8(raw):
        return "utf-8"
    candidates = [
        (_plausibility(text), -order, name)
        for order, name in enumerate(("gb18030", "cp932", "cp1252"))
        if (text := _decode(sample, name)) is not None
    ]
    return max(candidates)[2] if candidates else "cp1252"


def decode_text(raw: bytes) -> tuple[bytes, str]:
    """Give the text as UTF-8 without a mark, and the name of its encoding."""
    name = detect_encoding(raw)
    if name == "utf-8":
        return raw, name
    if name == "utf-8-sig":
        return raw[len(codecs.BOM_UTF8) :], "utf-8"
    return raw.decode(name, errors="replace").lstrip("\ufeff").encode(), name


def _is_utf8(raw: bytes) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    step = 1 << 24
    try:
        for low in range(0, len(raw), step):
            decoder.decode(raw[low : low + step], final=low + step >= len(raw))
    except UnicodeDecodeError:
        return False
    return True


def _decode(sample: bytes, name: str) -> str | None:
    """Decode a sample strictly; a character cut at its very end is forgiven."""
    for cut in range(4):
        try:
            return sample[: len(sample) - cut].decode(name)
        except UnicodeDecodeError as problem:
            if problem.start < len(sample) - 4:
                return None
    return None


def _plausibility(text: str) -> float:
    """Judge decoded text by what its characters outside ASCII would have to be."""
    score = 0.0
    count = 0
    before = " "
    for character in text:
        if character < "\x80":
            before = character
            continue
        count += 1
        if character in _COMMON_HAN or "\u3040" <= character <= "\u30ff":
            score += 2.0
        elif (
            "\u4e00" <= character <= "\u9fff"
            or "\u3000" <= character <= "\u303f"
            or "\uff01" <= character <= "\uff5e"
        ):
            score += 0.6
        elif "\uff61" <= character <= "\uff9f":
            score -= 0.6  # half-width kana: what CP932 makes of other bytes
        elif "\u00c0" <= character <= "\u024f":
            # an accented letter stands beside plain letters
            score += 1.2 if before.isascii() and before.isalpha() else 0.2
        elif character in "€£°®™–—‘’“”…×½²³©·¿¡":
            score += 0.8
        elif "\ue000" <= character <= "\uf8ff":
            score -= 2.0
        else:
            score -= 0.5
        before = character
    return score / count if count else 0.0
