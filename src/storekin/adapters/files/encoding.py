"""Which encoding a text file is in, found from its bytes alone."""

import codecs
import re
from dataclasses import dataclass

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAMPLE = 262_144
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")
# The commonest characters of Chinese shop text; a wrong guess hits few of them.
_COMMON_HAN = set(
    "的一是不了人在有我他这中大来上个国到说们为子和你地出道也时年得就那要下以生会自着去之过家学对可她里后"
    "公司有限贸易科技电子商务区路号楼室市省店铺名称标题价格品牌类别注册地址邮箱电话黑白红蓝色手机男女童新款包套装"
    "深圳广州义乌杭州宁波东莞厦门泉州上海苏州金华佛山福州温州州县镇街道张王李刘陈杨黄赵吴周徐孙马朱胡郭何林高罗"
    "无线蓝牙耳机充电器数据线运动鞋杯壶灯桌椅儿玩具不锈钢玻璃木防水大小号毫升厘米米克套件个只双条"
)


@dataclass(frozen=True, slots=True)
class Decoded:
    """A text as UTF-8 without a mark, and the encoding that it was in.

    ``broken`` counts the characters that could not be read, and are "\ufffd" in the
    text; ``line`` is where the first of them stands.
    """

    text: bytes
    encoding: str
    broken: int = 0
    line: int = 0

    def notes(self, file: str) -> tuple[str, ...]:
        """Say in a note what could not be read of *file*."""
        if not self.broken:
            return ()
        many = "a character" if self.broken == 1 else f"{self.broken:,} characters"
        what = f"{many} cannot be read as {self.encoding.upper()}"
        where = f"first in line {self.line:,}"
        return (f"{file}: {what}, {where}; save the file as UTF-8",)


def detect_encoding(raw: bytes) -> str:
    r"""Name the encoding of *raw*: by its mark, as UTF-8, or by the likelier text.

    Knows UTF-8, UTF-16 and UTF-32, GB18030, Shift_JIS (as CP932) and CP1252, the
    encodings of platform exports; CP1252 is the last resort, and accepts all bytes.
    UTF-8 with a few broken characters stays UTF-8.

    >>> detect_encoding("标题,价格\\n蓝牙耳机,19.9\\n".encode("gb18030"))
    'gb18030'
    """
    return _detect(raw)[0]


def _detect(raw: bytes) -> tuple[str, bool]:
    """Name the encoding, and say whether all of it is UTF-8 as it stands."""
    for mark, name in _BOMS:
        if raw.startswith(mark):
            return name, name == "utf-8-sig" and _fault_in_utf8(raw) is None
    sample = raw[:_SAMPLE]
    zeros_even = sample[0::2].count(0)
    zeros_odd = sample[1::2].count(0)
    half = max(len(sample) // 2, 1)
    if zeros_odd > 0.3 * half and zeros_even < 0.1 * half:
        return "utf-16-le", False
    if zeros_even > 0.3 * half and zeros_odd < 0.1 * half:
        return "utf-16-be", False
    fault = _fault_in_utf8(raw)
    if fault is None:
        return "utf-8", True
    # a file may begin with thousands of plain lines: what they say of it is nothing
    begin = raw.rfind(b"\n", 0, max(fault - _SAMPLE // 2, 0)) + 1
    sample = raw[begin : begin + _SAMPLE]
    if _is_mostly_utf8(sample):
        return "utf-8", False
    candidates = [
        (_plausibility(text), -order, name)
        for order, name in enumerate(("gb18030", "cp932", "cp1252"))
        if (text := _decode(sample, name)) is not None
    ]
    return max(candidates)[2] if candidates else "cp1252", False


def decode_text(raw: bytes) -> Decoded:
    """Read a text in whatever encoding it is; what cannot be read is counted."""
    codec, is_utf8 = _detect(raw)
    name = codec.removesuffix("-sig")
    if is_utf8:
        return Decoded(raw.removeprefix(codecs.BOM_UTF8), name)
    try:
        return Decoded(raw.decode(codec).lstrip("\ufeff").encode(), name)
    except UnicodeDecodeError:
        text = raw.decode(codec, errors="replace").lstrip("\ufeff")
    line = 1 + text.count("\n", 0, text.find("\ufffd"))
    return Decoded(text.encode(), name, text.count("\ufffd"), line)


def _fault_in_utf8(raw: bytes) -> int | None:
    """Give the place of the first byte that is no UTF-8; None if all is."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    step = 1 << 24
    for low in range(0, len(raw), step):
        held = len(decoder.getstate()[0])
        try:
            decoder.decode(raw[low : low + step], final=low + step >= len(raw))
        except UnicodeDecodeError as problem:
            return low - held + problem.start
    return None


def _is_mostly_utf8(sample: bytes) -> bool:
    """Say whether far more characters beyond ASCII can be read as UTF-8 than cannot.

    Of what another encoding wrote about one in six can.
    """
    text = sample.decode("utf-8", errors="replace")
    broken = text.count("\ufffd")
    return len(_BEYOND_ASCII.findall(text)) - broken > 3 * broken


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
