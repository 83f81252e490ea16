"""Documents as tests send them: invoices that we make, and hostile files."""

import io
import struct
import zipfile
import zlib

UBL = """<?xml version="1.0" encoding="UTF-8"?>
<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"
 xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
 xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">
 <cbc:ID>R-77</cbc:ID><cbc:IssueDate>2026-02-03</cbc:IssueDate>
 <cbc:DocumentCurrencyCode>EUR</cbc:DocumentCurrencyCode>
 <cac:AccountingSupplierParty><cac:Party>
  <cac:PartyName><cbc:Name>Fern</cbc:Name></cac:PartyName>
  <cac:PostalAddress><cbc:StreetName>Weg 1</cbc:StreetName>
   <cbc:CityName>Stadt</cbc:CityName></cac:PostalAddress>
  <cac:PartyTaxScheme><cbc:CompanyID>DE111</cbc:CompanyID></cac:PartyTaxScheme>
  <cac:PartyLegalEntity><cbc:RegistrationName>Fern Handel GmbH</cbc:RegistrationName>
  </cac:PartyLegalEntity></cac:Party></cac:AccountingSupplierParty>
 <cac:AccountingCustomerParty><cac:Party><cac:PartyName><cbc:Name>Oak Shop</cbc:Name>
  </cac:PartyName></cac:Party></cac:AccountingCustomerParty>
 <cac:LegalMonetaryTotal><cbc:TaxInclusiveAmount currencyID="EUR">119.00
  </cbc:TaxInclusiveAmount></cac:LegalMonetaryTotal>
 <cac:InvoiceLine><cbc:ID>1</cbc:ID><cbc:InvoicedQuantity>20</cbc:InvoicedQuantity>
  <cbc:LineExtensionAmount>100.00</cbc:LineExtensionAmount>
  <cac:Item><cbc:Name>竹制茶杯 350ml</cbc:Name><cac:StandardItemIdentification>
   <cbc:ID>4006381333931</cbc:ID></cac:StandardItemIdentification></cac:Item>
  <cac:Price><cbc:PriceAmount>5.00</cbc:PriceAmount></cac:Price></cac:InvoiceLine>
</Invoice>"""

CII = """<?xml version="1.0"?>
<rsm:CrossIndustryInvoice xmlns:rsm="urn:un:unece:uncefact:data:standard:Cross:100"
 xmlns:ram="urn:un:unece:uncefact:data:standard:Reusable:100" xmlns:udt="urn:u">
 <rsm:ExchangedDocument><ram:ID>F-9</ram:ID><ram:IssueDateTime>
  <udt:DateTimeString format="102">20260131</udt:DateTimeString></ram:IssueDateTime>
 </rsm:ExchangedDocument>
 <rsm:SupplyChainTradeTransaction>
  <ram:IncludedSupplyChainTradeLineItem><ram:SpecifiedTradeProduct>
    <ram:GlobalID schemeID="0160">4006381333931</ram:GlobalID>
    <ram:Name>Desk lamp</ram:Name></ram:SpecifiedTradeProduct>
   <ram:SpecifiedLineTradeAgreement><ram:NetPriceProductTradePrice>
    <ram:ChargeAmount>12.5000</ram:ChargeAmount></ram:NetPriceProductTradePrice>
   </ram:SpecifiedLineTradeAgreement>
   <ram:SpecifiedLineTradeDelivery><ram:BilledQuantity>4</ram:BilledQuantity>
   </ram:SpecifiedLineTradeDelivery></ram:IncludedSupplyChainTradeLineItem>
  <ram:ApplicableHeaderTradeAgreement><ram:SellerTradeParty>
    <ram:Name>Lampe AG</ram:Name>
    <ram:SpecifiedTaxRegistration><ram:ID schemeID="VA">DE222</ram:ID>
    </ram:SpecifiedTaxRegistration></ram:SellerTradeParty>
   <ram:BuyerTradeParty><ram:Name>Oak Shop</ram:Name></ram:BuyerTradeParty>
  </ram:ApplicableHeaderTradeAgreement>
  <ram:ApplicableHeaderTradeSettlement><ram:InvoiceCurrencyCode>EUR
   </ram:InvoiceCurrencyCode><ram:SpecifiedTradeSettlementHeaderMonetarySummation>
   <ram:GrandTotalAmount>59.50</ram:GrandTotalAmount>
   </ram:SpecifiedTradeSettlementHeaderMonetarySummation>
  </ram:ApplicableHeaderTradeSettlement></rsm:SupplyChainTradeTransaction>
</rsm:CrossIndustryInvoice>"""

LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))
    + "]><Invoice><ID>&j;</ID></Invoice>"
)
OUTSIDE = (
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>'
    "<Invoice><ID>&f;</ID></Invoice>"
)

PAGE = """Fern Handel GmbH
Weg 1, 12345 Stadt

Invoice No: R-2026/17                       Bill to
Invoice date: 3 February 2026               Oak Shop Ltd
VAT no: DE123456789

Description                    Qty     Unit price      Amount
Bamboo mug 350 ml               20           5.00      100.00
Tea tray walnut                  4           7.25       29.00

Subtotal                                               129.00
VAT 19%                                                 24.51
Grand total EUR                                        153.51
"""


def pdf(text: str, pages: int = 1, extra: bytes = b"", root: bytes = b"") -> bytes:
    """Make a PDF of lines of text, each where it stands, in a font of fixed width."""
    lines = text.split("\n")
    drawn = ["BT /F1 9 Tf 40 800 Td 11 TL"]
    for line in lines:
        escaped = line.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
        drawn.append(f"({escaped}) Tj T*")
    stream = zlib.compress("\n".join([*drawn, "ET"]).encode("latin-1"))
    kids = " ".join(f"{4 + n} 0 R" for n in range(pages))
    body = [
        b"<< /Type /Catalog /Pages 2 0 R " + root + b" >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {pages} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Courier >>",
    ]
    stream_at = 4 + pages
    body += [
        f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842]"
        f" /Contents {stream_at} 0 R /Resources << /Font << /F1 3 0 R >> >> >>".encode()
        for _ in range(pages)
    ]
    body.append(
        f"<< /Length {len(stream)} /Filter /FlateDecode >>\nstream\n".encode()
        + stream
        + b"\nendstream"
    )
    if extra:
        body.append(extra)
    out = io.BytesIO()
    out.write(b"%PDF-1.7\n")
    places = []
    for number, one in enumerate(body, 1):
        places.append(out.tell())
        out.write(b"%d 0 obj\n" % number + one + b"\nendobj\n")
    begin = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(body) + 1))
    for place in places:
        out.write(b"%010d 00000 n \n" % place)
    out.write(
        b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF"
        % (len(body) + 1, begin)
    )
    return out.getvalue()


def with_xml(xml: str) -> bytes:
    """Make a PDF that holds an e-invoice, as Factur-X does."""
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(PdfReader(io.BytesIO(pdf("see the XML"))))
    writer.add_attachment("factur-x.xml", xml.encode())
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def naming_xml(xml: str) -> bytes:
    """Make a PDF that names an e-invoice, and has no list of attachments."""
    from pypdf import PdfReader, PdfWriter
    from pypdf.generic import (
        ArrayObject,
        DictionaryObject,
        NameObject,
        StreamObject,
        TextStringObject,
    )

    writer = PdfWriter(PdfReader(io.BytesIO(pdf("see the XML"))))
    stream = StreamObject()
    stream.set_data(xml.encode())
    file = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Filespec"),
            NameObject("/F"): TextStringObject("factur-x.xml"),
            NameObject("/EF"): DictionaryObject(
                {NameObject("/F"): writer._add_object(stream)}  # noqa: SLF001
            ),
        }
    )
    place = writer._add_object(file)  # noqa: SLF001
    writer.root_object[NameObject("/AF")] = ArrayObject([place])
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def packed(parts: dict[str, bytes]) -> bytes:
    """Make a zip of some parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in parts.items():
            file.writestr(name, content)
    return out.getvalue()


def claiming(size: int) -> bytes:
    """Make a zip whose part says that it unpacks to *size* bytes."""
    content = bytearray(packed({"word/document.xml": b"x" * 1000}))
    at = content.rfind(b"PK\x01\x02")
    content[at + 24 : at + 28] = struct.pack("<I", size)
    return bytes(content)
