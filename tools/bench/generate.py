"""Write interchanges in the shape that traders send to Customs: made-up declarations, as many or as large as wanted.

The same options give the same bytes. Without planted faults everything written is valid, from UNB down to check
digits and sums. `interchange` gives bytes, `write` streams to a file and holds one message at a time.
"""

from __future__ import annotations

import argparse
import io
import math
import random
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import BinaryIO, Final, TypeVar

T = TypeVar("T")

RELEASE: Final = 0.055
LATIN1: Final = 0.03
LARGEST: Final = 10_000_000  # bytes after which an interchange is closed and the next begins; ICS takes 10 MB
MOST_LINES: Final = 9_999
LINE_ENDS: Final = {"none": "", "lf": "\n", "crlf": "\r\n"}

# What a fault is, and the finding code it must draw.
UNKNOWN, DATE, COUNT, LONG, MISSING, CODE = (
    "unknown segment",
    "bad date",
    "wrong UNT count",
    "too long value",
    "missing mandatory segment",
    "bad code",
)
FAULTS: Final = {
    UNKNOWN: "STR-04",
    DATE: "VAL-04",
    COUNT: "ENV-07",
    LONG: "VAL-01",
    MISSING: "STR-01",
    CODE: "VAL-05",
}
# The segments a fault can be planted at.
_PLACES: Final = {
    UNKNOWN: re.compile(r"CST\+\d"),
    DATE: re.compile(r"DTM\+"),
    LONG: re.compile(r"FTX\+AAA\+\+\+"),
    MISSING: re.compile(r"UNS\+S"),
    CODE: re.compile(r"CST\+\d+\+I::"),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """A planted fault: what it is, the finding code it must draw, and the place of that finding.

    `interchange`, `message` (in its interchange) and `segment` (UNH = 1) count from 1.
    """

    kind: str
    code: str
    interchange: int
    message: int
    segment: int

    def __str__(self) -> str:
        place = f"interchange {self.interchange}, message {self.message}, segment {self.segment}"
        return f"{self.kind} ({self.code}): {place}"


@dataclass(slots=True)
class Summary:
    """What was written. `released` counts the segments that hold a release character."""

    size: int = 0
    interchanges: int = 0
    messages: int = 0
    segments: int = 0
    released: int = 0
    faults: list[Fault] = field(default_factory=list)


# ---------------------------------------------------------------------- what the world holds

# fmt: off

# noun, heading of its tariff number, unit of quantity
_NOUNS: Final = (
    ("DRINKING GLASSES", "7013", "NO"), ("TABLE LAMPS", "9405", "NO"), ("CERAMIC TILES", "6907", "SM"),
    ("WOODEN CHAIRS", "9401", "NO"), ("MATTRESSES", "9404", "NO"), ("HAND TOOLS", "8205", "NO"),
    ("BOLTS AND NUTS", "7318", "KG"), ("BALL BEARINGS", "8482", "NO"), ("PNEUMATIC TYRES", "4011", "NO"),
    ("CAR PARTS", "8708", "KG"), ("BRAKE PADS", "6813", "KG"), ("ELECTRIC FANS", "8414", "NO"),
    ("WATER PUMPS", "8413", "NO"), ("VALVES", "8481", "NO"), ("CABLES", "8544", "KG"), ("TRANSFORMERS", "8504", "NO"),
    ("LITHIUM BATTERIES", "8507", "NO"), ("HEADPHONES", "8518", "NO"), ("MONITORS", "8528", "NO"),
    ("PRINTERS", "8443", "NO"), ("KEYBOARDS", "8471", "NO"), ("CAMERA LENSES", "9002", "NO"),
    ("WALL CLOCKS", "9105", "NO"), ("WOMENS SHOES", "6403", "PR"), ("WORK BOOTS", "6402", "PR"),
    ("SOCKS", "6115", "PR"), ("SHIRTS", "6205", "NO"), ("JACKETS", "6201", "NO"), ("TOWELS", "6302", "NO"),
    ("CARPETS", "5702", "SM"), ("CURTAIN FABRIC", "5407", "SM"), ("BACKPACKS", "4202", "NO"), ("GLOVES", "6116", "PR"),
    ("PLYWOOD", "4412", "CU"), ("SAWN TIMBER", "4407", "CU"), ("PAPER BOXES", "4819", "KG"),
    ("PRINTED BOOKS", "4901", "NO"), ("PLASTIC FILM", "3920", "KG"), ("GARDEN HOSES", "3917", "KG"),
    ("STORAGE BOXES", "3923", "KG"), ("PAINT", "3209", "L"), ("ADHESIVES", "3506", "KG"), ("SOAP", "3401", "KG"),
    ("SHAMPOO", "3305", "L"), ("COFFEE BEANS", "0901", "KG"), ("TINNED FISH", "1604", "KG"), ("PASTA", "1902", "KG"),
    ("OLIVE OIL", "1509", "L"), ("CHOCOLATE", "1806", "KG"), ("FRUIT JUICE", "2009", "L"), ("SAUCES", "2103", "KG"),
    ("BICYCLES", "8712", "NO"), ("TOY VEHICLES", "9503", "NR"), ("BOARD GAMES", "9504", "NR"),
    ("FISHING REELS", "9507", "NO"), ("SURGICAL MASKS", "6307", "NO"), ("SYRINGES", "9018", "NO"),
    ("SOLAR PANELS", "8541", "NO"), ("STEEL PIPES", "7306", "T"), ("ALUMINIUM FRAMES", "7610", "KG"),
    ("ROOF TILES", "6905", "NO"), ("KITCHEN KNIVES", "8211", "NO"), ("CUTLERY SETS", "8215", "NO"),
    ("FORKLIFTS", "8427", "NO"), ("TRACTOR PARTS", "8708", "KG"), ("SEWING MACHINES", "8452", "NO"),
)
_SPIRITS: Final = (("WHISKY", "2208", "LA"), ("GIN", "2208", "LA"), ("RUM", "2208", "LA"), ("BRANDY", "2208", "LA"))
_KINDS: Final = (
    "STEEL", "PLASTIC", "WOODEN", "COTTON", "LEATHER", "GLASS", "FOLDING", "HEAVY DUTY", "PORTABLE", "INDUSTRIAL",
    "ASSORTED", "CHILDRENS", "GALVANISED", "POLISHED", "RECYCLED", "WATERPROOF", "SMALL", "LARGE", "ORGANIC", "SPARE",
)
_USES: Final = (
    "FOR HOUSEHOLD USE", "FOR RETAIL SALE", "FOR WORKSHOPS", "IN CARTONS", "ON PALLETS", "FOR OUTDOOR USE",
    "NOT ASSEMBLED", "WITH ACCESSORIES", "NOT ELSEWHERE SPECIFIED", "IN SETS OF SIX", "FOR BUILDING WORK", "SAMPLES",
)
_FIRMS: Final = (
    "BANKSIA", "COOLIBAH", "TIDAL", "RED GUM", "SOUTHERN CROSS", "BLUE WREN", "WATTLE", "IRONBARK", "LYREBIRD",
    "CORAL SEA", "MERIDIAN", "COPPER CREEK", "HIGH PLAINS", "LANTERN", "KELPIE", "OUTPOST", "QUARRY", "SALT LAKE",
)
_TRADES: Final = (
    "IMPORTS", "TRADING", "HOMEWARES", "MACHINERY", "FOODS", "TEXTILES", "DISTRIBUTORS", "SUPPLIES", "ELECTRICAL",
    "FURNITURE", "MEDICAL", "SPORTS", "TIMBERS", "WHOLESALE", "AUTOMOTIVE", "STATIONERY",
)
_TOWNS: Final = (
    ("ALEXANDRIA", "NSW", "2015"), ("WETHERILL PARK", "NSW", "2164"), ("PORT BOTANY", "NSW", "2036"),
    ("DANDENONG SOUTH", "VIC", "3175"), ("TULLAMARINE", "VIC", "3043"), ("ALTONA NORTH", "VIC", "3025"),
    ("ACACIA RIDGE", "QLD", "4110"), ("EAGLE FARM", "QLD", "4009"), ("WELSHPOOL", "WA", "6106"),
    ("CANNING VALE", "WA", "6155"), ("WINGFIELD", "SA", "5013"), ("MOONAH", "TAS", "7009"),
    ("WINNELLIE", "NT", "0820"), ("HUME", "ACT", "2620"),
)
_STREETS: Final = ("QUAY", "FOUNDRY", "STATION", "ORCHARD", "RESERVOIR", "DEPOT", "MARKET", "ASSEMBLY", "CREST")
_WAYS: Final = ("ROAD", "STREET", "AVENUE", "DRIVE", "PARADE", "LANE")
# country, its ports by sea and by air, currency of its invoices
_ORIGINS: Final = (
    ("CN", "CNSHA", "CNPVG", "USD"), ("CN", "CNNGB", "CNCAN", "CNY"), ("CN", "CNYTN", "CNSZX", "USD"),
    ("CN", "CNTAO", "CNPEK", "AUD"), ("JP", "JPYOK", "JPNRT", "JPY"), ("KR", "KRPUS", "KRICN", "USD"),
    ("TW", "TWKHH", "TWTPE", "USD"), ("SG", "SGSIN", "SGSIN", "SGD"), ("MY", "MYPKG", "MYKUL", "USD"),
    ("TH", "THLCH", "THBKK", "USD"), ("VN", "VNSGN", "VNSGN", "USD"), ("IN", "INNSA", "INBOM", "USD"),
    ("DE", "DEHAM", "DEFRA", "EUR"), ("IT", "ITGOA", "ITMXP", "EUR"), ("NL", "NLRTM", "NLAMS", "EUR"),
    ("GB", "GBFXT", "GBLHR", "GBP"), ("US", "USLAX", "USLAX", "USD"), ("US", "USNYC", "USORD", "USD"),
    ("NZ", "NZAKL", "NZAKL", "NZD"), ("FR", "FRLEH", "FRCDG", "EUR"),
)
_SEAPORTS: Final = ("AUSYD", "AUMEL", "AUBNE", "AUFRE", "AUADL", "AUBTB", "AUTSV", "AUDRW", "AUHBA")
_AIRPORTS: Final = ("AUSYD", "AUMEL", "AUBNE", "AUPER", "AUADL", "AUDRW", "AUCBR")
_AIRLINES: Final = (
    ("QF", "081"), ("SQ", "618"), ("EK", "176"), ("CX", "160"), ("NZ", "086"), ("TG", "217"), ("LH", "020"),
)
_BOXES: Final = ("MSCU", "TGHU", "OOLU", "CMAU", "HLXU", "TCNU", "TEMU", "CAIU", "FCIU", "BMOU")
_CARRIERS: Final = ("OBL", "MEDU", "SHAX", "PCLX", "HUBL", "KWEX", "ANLX")
_REASONS: Final = (
    "INVOICE VALUE CORRECTED", "WRONG TARIFF NUMBER QUOTED", "QUANTITY AS PER PACKING LIST", "HOUSE BILL ADDED",
    "SUPPLIER CREDIT NOTE RECEIVED", "DUPLICATE OF AN EARLIER ENTRY", "GOODS SHORT SHIPPED",
    "FREIGHT APPORTIONED AGAIN",
)
# What puts a service character into a text; the last ones make rows of release characters.
_MARKS: Final = (
    " NO:{}", " {}+1", " 'SERIES {}'", " REF:{}", " OPTION {}?", " A+B", " MEN'S", " {}:{}", " WHICH??", " TYPE '{}?'",
    " ??'",
)
_ACCENTS: Final = (("E", "É"), ("U", "Ü"), ("O", "Ø"), ("A", "Å"), ("I", "Í"), ("N", "Ñ"), ("C", "Ç"), ("A", "Ä"))
# fmt: on
_SPECIAL: Final = re.compile("([?+:'])")

Words = tuple[str, str]  # a text ready to send: as it is, and with a service character put in


@dataclass(frozen=True, slots=True)
class Goods:
    """An article: its description, tariff number, statistical code and unit of quantity."""

    words: Words
    text: str
    tariff: str
    statistical: str
    unit: str


@dataclass(frozen=True, slots=True)
class Client:
    """An importer: the segments that name it, and where its goods go."""

    parties: tuple[str, ...]
    branch: tuple[str, ...]
    name: Words
    delivery: tuple[Words, Words, Words, str]
    owner: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What kind of declaration comes next. `first` is the number of its first line."""

    kind: str
    document: str = "IMD"
    function: int = 9
    nature: str = "N10"
    mode: str = "S"
    cargo: str = ""
    lines: int = 0
    first: int = 1

    @property
    def original(self) -> bool:
        """Tell whether it is sent for the first time."""
        return self.function == 9


class Maker:
    """Makes messages one after the other, all their values drawn from one seed."""

    def __init__(self, seed: int, release: float, latin1: float) -> None:
        self._random = random.Random(seed)
        self._draw = self._random.random
        self._release = release
        self._latin1 = latin1
        self._reference = self.number(10**8, 8 * 10**9)
        self._raws: list[str] = []
        self.segments = 0
        self.released = 0
        self.day = date(2024, 1, 2) + timedelta(self.number(0, 700))
        self.site = f"{self.letters(3)}{self.number(100, 999)}{self.letters(1)}"
        self._goods = [self._article(self.pick(_NOUNS)) for _ in range(2500)]
        self._spirits = [self._article(self.pick(_SPIRITS)) for _ in range(60)]
        self._clients = [self._client() for _ in range(250)]
        self._suppliers = [self._party_id() for _ in range(2000)]
        self._vendors = [f"{self.number(2 * 10**11, 3 * 10**11)}" for _ in range(150)]
        self._vessels = [self._ship() for _ in range(60)]
        self._voyages = [f"{self.number(1, 999):03d}{self.pick('NSEW')}" for _ in range(120)]
        self._stores = [f"{self.number(1000, 9999)}{self.letters(1)}" for _ in range(30)]
        self._brokers = [f"{self.number(10000, 39999)}" for _ in range(20)]
        risks = range(101, 160)
        self._questions = [f"{risk:05d}:{risk + self.number(10, 40):05d}" for risk in risks]

    # ------------------------------------------------------------------ chance

    def pick(self, choices: Sequence[T]) -> T:
        """Return one of the choices."""
        return choices[int(self._draw() * len(choices))]

    def number(self, least: int, most: int) -> int:
        """Return a whole number, both ends included."""
        return least + int(self._draw() * (most - least + 1))

    def chance(self, share: float) -> bool:
        """Tell whether something happens this time."""
        return self._draw() < share

    def letters(self, count: int) -> str:
        """Return capital letters without I and O."""
        return "".join(self.pick("ABCDEFGHJKLMNPQRSTUVWXYZ") for _ in range(count))

    def digits(self, count: int) -> str:
        """Return digits, zeros in front included."""
        return f"{int(self._draw() * 10**count):0{count}d}"

    # ------------------------------------------------------------------ values with check digits

    def _abn(self) -> str:
        body = self.digits(9)
        total = sum(int(d) * w for d, w in zip(body, (3, 5, 7, 9, 11, 13, 15, 17, 19), strict=True))
        return f"{-total % 89 + 10:02d}{body}"

    def _ship(self) -> str:
        body = str(self.number(910000, 989999))
        return body + str(sum(int(d) * w for d, w in zip(body, (7, 6, 5, 4, 3, 2), strict=True)) % 10)

    def _container(self) -> str:
        body = self.pick(_BOXES) + self.digits(6)
        values = (int(c) if c.isdigit() else (ord(c) - 55) + (ord(c) - 56) // 10 for c in body)
        return body + str(sum(value << place for place, value in enumerate(values)) % 11 % 10)

    def _waybill(self, prefix: str) -> str:
        body = self.number(1_000_000, 9_999_999)
        return f"{prefix}{body}{body % 7}"

    def _party_id(self) -> str:
        """Return an ABN, or a customs client number."""
        return self._abn() if self.chance(0.4) else f"{self.letters(3)}{self.digits(7)}{self.letters(1)}"

    def _declaration_id(self) -> str:
        return f"A{self.letters(3)}{self.digits(4)}{self.letters(1)}"

    # ------------------------------------------------------------------ texts

    def _words(self, text: str, most: int = 500, accents: bool = True) -> Words:
        """Return a text ready to send, both ways; a text for which there is no room is left as it is."""
        if accents and self._draw() < self._latin1:
            text = self._accented(text)
        mark = self.pick(_MARKS).format(self.number(2, 99), self.number(2, 99))
        marked = text + mark if len(text) + len(mark) <= most else text
        return _escaped(text), _escaped(marked)

    def _accented(self, text: str) -> str:
        usable = [(plain, accent) for plain, accent in _ACCENTS if plain in text]
        plain, accent = self.pick(usable) if usable else ("", "Ø")
        return text.replace(plain, accent, 1)

    def _say(self, words: Words) -> str:
        """Return a text, with a service character when too few segments held one so far."""
        return words[self.segments * self._release - self.released >= 1]

    def _reference_text(self, text: str, most: int = 35) -> str:
        return self._say(self._words(text, most, accents=False))

    # ------------------------------------------------------------------ pools

    def _article(self, noun: tuple[str, str, str]) -> Goods:
        text = f"{self.pick(_KINDS)} {noun[0]}"
        if self.chance(0.6):
            text += f" {self.pick(_USES)}"
        tariff = f"{noun[1]}{self.number(10, 99)}{self.pick(('00', '10', '90'))}"
        return Goods(self._words(text), text, tariff, f"{self.number(1, 99):02d}", noun[2])

    def _client(self) -> Client:
        abn = self._abn()
        if self.chance(0.9):
            parties: tuple[str, ...] = (f"NAD+AT+{abn}::95",)
            if self.chance(0.4):
                parties += (f"NAD+WP+{self.number(1, 30):03d}::95",)
        else:
            parties = (f"NAD+IM+{self.letters(3)}{self.digits(7)}{self.letters(1)}::95",)
        branch: tuple[str, ...] = (f"NAD+VT+{self.letters(2)}{self.number(10, 99)}{self.letters(2)}::95",)
        if self.chance(0.05):
            branch = ("NAD+VT", "CTA+IC", f"COM+02{self.digits(8)}:TE")
        town, state, code = self.pick(_TOWNS)
        firm = self._words(f"{self.pick(_FIRMS)} {self.pick(_TRADES)} PTY LTD")
        street = self._words(f"{self.number(1, 240)} {self.pick(_STREETS)} {self.pick(_WAYS)}", 35)
        unit = self._words(f"UNIT {self.number(1, 40)}", 35) if self.chance(0.3) else ("", "")
        where = f":::{state}+{code}+AU"
        owner = f"PO {self.number(100, 999)}"
        return Client(parties, branch, firm, (self._words(town, 35), street, unit, where), owner)

    # ------------------------------------------------------------------ messages

    def _put(self, raw: str) -> None:
        self._raws.append(raw)
        self.segments += 1
        if "?" in raw:
            self.released += 1

    def message(self, plan: Plan) -> list[str]:
        """Return the segments of a message, those between UNH and UNT, escaped and without terminators."""
        self._raws = []
        if plan.function == 50:
            self._withdrawal(plan)
        elif plan.document == "SAC":
            self._clearance(plan)
        else:
            self._declaration(plan)
        return self._raws

    def _begin(self, plan: Plan) -> None:
        self._reference += self.number(1, 7)
        version = 1 if plan.original else self.number(2, 5)
        self._put(f"BGM+929:::{plan.document}+{self._reference}:{version}+{plan.function}")

    def _declaration(self, plan: Plan) -> None:
        """An import declaration: header, transport lines, lines."""
        client = self.pick(self._clients)
        origin = self.pick(_ORIGINS)
        self._begin(plan)
        self._put(f"CST++{plan.nature}::95")
        self._places(plan, origin)
        self._dates(plan)
        paid = self._indicators(plan)
        if plan.nature != "N30":
            self._put(f"MEA+AAE+G+KG:{self.number(1000, 2_400_000) / 100:.5f}")
        if plan.mode == "P":
            self._put(f"EQD+AH+{self.letters(2)}{self.digits(7)}::95")
        amber = self.chance(0.03)
        self._header_texts(plan, client, amber)
        term = self.pick(("FOB", "FOB", "FOB", "CIF", "CFR"))
        self._references(plan, client, paid, term)
        airline = self.pick(_AIRLINES)
        self._journey(plan, airline[0])
        self._parties(client, plan.nature != "N30", self.chance(0.85))
        prices = [round(math.exp(3.5 + 7 * self._draw()) * 100) for _ in range(plan.lines)]
        self._header_amounts(plan, prices, term, origin[3])
        self._put("UNS+D")
        boxes = self._transport_lines(plan, airline[1])
        for number, price in enumerate(prices, plan.first):
            self._line(plan, number, price, origin, boxes, amber)
        self._put("UNS+S")

    def _places(self, plan: Plan, origin: tuple[str, str, str, str]) -> None:
        ports = _AIRPORTS if plan.mode == "A" else _SEAPORTS
        destination = self.pick(ports)
        self._put(f"LOC+8+{destination}::6")
        if plan.nature != "N30":
            discharge = destination if self.chance(0.8) else self.pick(ports)
            self._put(f"LOC+12+{discharge}::6")
            self._put(f"LOC+9+{origin[2 if plan.mode == 'A' else 1]}::6")
        if plan.nature != "N10":
            self._put(f"LOC+18+{self.pick(self._stores)}::95")
        if plan.nature != "N30":
            self._put(f"LOC+79+{destination if self.chance(0.7) else self.pick(ports)}::6")

    def _dates(self, plan: Plan) -> None:
        valued = self.day - timedelta(self.number(0, 30))
        if plan.nature == "N30":
            self._put(f"DTM+260:{valued:%Y%m%d}:102")
            return
        arrival = valued + timedelta(self.number(1, 40))
        first = arrival - timedelta(self.number(0, 3))
        self._put(f"DTM+178:{arrival:%Y%m%d}:102")
        self._put(f"DTM+260:{valued:%Y%m%d}:102")
        self._put(f"DTM+252:{first:%Y%m%d}:102")

    def _indicators(self, plan: Plan) -> bool:
        """Write the indicators and the bank account; tell whether the account is named."""
        by_transfer = self.chance(0.7)
        if by_transfer and plan.original and self.chance(0.6):
            self._put("GIS+EPA:109:95")
        self._put(f"GIS+{'Y' if by_transfer else 'N'}:153:95")
        if plan.kind == "warehoused":
            self._put("GIS+PRE:109:95")
        elif self.chance(0.2):
            self._put("GIS+POR:109:95")
        if self.chance(0.6):
            self._put("GIS+LLB:109:95")
            self._put("GIS+TLB:109:95")
        named = by_transfer and self.chance(0.6)
        if named:
            self._account()
        return named

    def _account(self) -> None:
        self._put(f"FII+COQ+{self.number(100000, 999999999)}+:::{self.number(12000, 899999):06d}::215")

    def _header_texts(self, plan: Plan, client: Client, amber: bool) -> None:
        if plan.nature != "N30":
            self._put(f"FTX+DEL+++{self._say(client.name)}")
        if not plan.original:
            self._put(f"FTX+CHG+++{self._reason()}")
        if amber:
            text = self._say(self._words(f"{self.pick(_USES)} AS TO {self.pick(_KINDS)} GOODS UNSURE"))
            self._put(f"FTX+ABA++VALUE::95+{text}")

    def _reason(self) -> str:
        return self._say(self._words(f"{self.pick(_REASONS)} LINE {self.number(1, 40)}"))

    def _references(self, plan: Plan, client: Client, paid: bool, term: str) -> None:
        self._put(f"RFF+ABQ:{self._reference_text(f'{client.owner} {self.number(1000, 99999)}', 20)}")
        self._put(f"RFF+ADU:{self._reference_text(f'{self.letters(1)}{self.number(100000, 999999)}')}")
        if paid:
            self._put(f"RFF+ANU:{self.pick('BI')}")
        if plan.nature != "N30":
            self._put(f"RFF+APH:{term}")
        for declared in ("0001", "0011"):
            if self.chance(0.4):
                self._put(f"RFF+AMG:{declared}")
        for asked in ("0008", "0009"):
            self._put(f"RFF+ADP:{asked}::{'Y' if self.chance(0.8) else 'N'}")
        if not plan.original:
            self._put(f"RFF+ABT:{self._declaration_id()}")
        if plan.nature == "N30" and self.chance(0.7):
            self._put(f"PAC+{self.number(1, 400)}+1")
            if self.chance(0.5):
                self._put(f"PCI+28+{self._marks()}")

    def _marks(self) -> str:
        numbers = f"{self.number(1, 20)}-{self.number(21, 400)}"
        return self._say(self._words(f"{self.pick(_FIRMS)} {self.pick(_AIRPORTS)[2:]} {numbers}", 35))

    def _journey(self, plan: Plan, airline: str) -> None:
        if plan.nature == "N30":
            return
        if plan.mode == "S":
            self._put(f"TDT+20+{self.pick(self._voyages)}+S+++++{self.pick(self._vessels)}::11")
        elif plan.mode == "A" and plan.document == "IMD":
            self._put(f"TDT+20++A++{airline}::3")
        else:
            self._put(f"TDT+20++{plan.mode}")

    def _parties(self, client: Client, delivered: bool, by_broker: bool) -> None:
        for raw in client.parties + client.branch:
            self._put(raw)
        if delivered:
            town, street, unit, where = client.delivery
            self._put(f"NAD+DP++{self._say(town)}++{self._lines_of(street, unit)}++{where}")
        if by_broker:
            self._put(f"NAD+CB+{self.pick(self._brokers)}::95")

    def _lines_of(self, street: Words, unit: Words) -> str:
        return f"{self._say(unit)}::{self._say(street)}" if unit[0] else self._say(street)

    def _header_amounts(self, plan: Plan, prices: list[int], term: str, currency: str) -> None:
        total = sum(prices)
        if plan.nature == "N30":
            self._put(f"MOA+40:{_money(total)}:AUD")
            return
        freight = round(total * (0.02 + 0.1 * self._draw()))
        insurance = round(total * 0.004)
        free = total - {"FOB": 0, "CFR": freight, "CIF": freight + insurance}[term]
        self._put(f"MOA+63:{_money(free)}:{currency}")
        self._put(f"MOA+141:{_money(free + freight + insurance)}:{currency}")
        self._put(f"MOA+39:{_money(total)}:{currency}")
        self._put(f"MOA+313:{_money(freight)}:{currency}")
        self._put(f"MOA+71:{_money(insurance)}:{currency}")
        if self.chance(0.05):
            kind = self.pick(("52", "105", "107", "265", "291"))
            self._put(f"MOA+{kind}:{_money(self.number(500, 90000))}:{currency}")

    # ------------------------------------------------------------------ transport lines

    def _transport_lines(self, plan: Plan, prefix: str) -> list[str]:
        """Write the transport lines; return the containers named in them."""
        boxes: list[str] = []
        if plan.nature == "N30":
            return boxes
        self._put("DMS+1")
        count = self.number(1, 4) if plan.mode == "S" else 1
        bill = f"{self.pick(_CARRIERS)}{self.number(10**6, 10**9)}"
        for number in range(1, count + 1):
            action = "I" if plan.original else self.pick("AAI")
            self._put(f"LIN+{number}+{action}")
            if self.chance(0.02):
                self._put("GIS+VIS:109:95")
            if plan.mode == "S":
                boxes.append(self._container() if plan.cargo == "FCL" or not boxes else boxes[0])
                self._sea_line(plan, boxes[-1], bill)
            elif plan.mode == "A":
                self._air_line(plan, prefix)
            else:
                self._put(f"PAC+{self.number(1, 9)}+1")
                self._put(f"PCI+28+{self._marks()}")
        if not plan.original and self.chance(0.2):
            self._put(f"LIN+{count + 1}+D")
        return sorted(set(boxes))

    def _sea_line(self, plan: Plan, box: str, bill: str) -> None:
        packages = self.number(1, 1200)
        self._put(f"PAC+++{plan.cargo}:67:95")
        self._put(f"PAC+{packages}+1")
        if plan.nature == "N20":
            self._put(f"PAC+{packages}+2")
        if self.chance(0.3):
            self._put(f"PAC+{self.number(1, min(packages, 40))}+3")
        if self.chance(0.3):
            self._put(f"PCI+28+{self._marks()}")
        self._bill("AAQ", box)
        self._bill("MB", self._reference_text(bill))
        if plan.cargo == "LCL" or self.chance(0.4):
            self._bill("BH", self._reference_text(f"H{self.letters(3)}{self.number(10**4, 10**8)}"))

    def _air_line(self, plan: Plan, prefix: str) -> None:
        packages = self.number(1, 300)
        self._put(f"PAC+{packages}+1")
        if plan.nature == "N20" and self.chance(0.5):
            self._put(f"PAC+{packages}+2")
            self._put(f"PCI+21+{self._marks()}")
        self._bill("MWB", self._waybill(prefix))
        if self.chance(0.8):
            self._bill("HWB", self._reference_text(f"{self.letters(3)}{self.number(10**5, 10**9)}"))

    def _bill(self, qualifier: str, reference: str) -> None:
        self._put("PCI+1")
        self._put(f"RFF+{qualifier}:{reference}")

    # ------------------------------------------------------------------ lines

    def _line(
        self, plan: Plan, number: int, price: int, origin: tuple[str, str, str, str], boxes: list[str], amber: bool
    ) -> None:
        action = "I" if plan.original or number > plan.first + 5 else self.pick("AAAAAD")
        if action == "D":
            self._put(f"CST+{number}+D::95")
            self._put("RFF+ABE:126A")
            return
        nature = plan.nature
        spirits = nature == "N30" and self.chance(0.6)
        goods = self.pick(self._spirits if spirits else self._goods)
        self._put(f"CST+{number}+{action}::95+{nature}::95")
        self._put(f"FTX+AAA+++{self._description(goods)}")
        if amber and number == plan.first:
            self._put(f"FTX+ABA++{self.pick(('CLASS', 'ORIGIN', 'QUANTITY'))}::95")
        preferred = nature == "N10" and self.chance(0.1)
        self._put(f"LOC+27+{origin[0]}::5")
        if preferred:
            self._put(f"LOC+30+{origin[0]}::5")
        concession = nature == "N10" and self.chance(0.04)
        if concession and self.chance(0.5):
            self._put(f"DTM+4:{self.day - timedelta(self.number(60, 300)):%Y%m%d}:102")
        self._quantities(goods, nature, preferred)
        if nature != "N30":
            if nature == "N10" and self.chance(0.15):
                self._put(f"NAD+VN+{self.pick(self._vendors)}::95")
            self._put(f"NAD+SU+{self.pick(self._suppliers)}::95")
            self._quarantine(plan)
        self._line_amounts(plan, price, origin[3])
        self._put(f"RFF+ABD:{goods.tariff}")
        self._put(f"RFF+AED:{goods.statistical}")
        self._line_references(plan, goods, preferred, concession, boxes)
        if nature == "N10" and self.chance(0.02):
            self._put("DOC+1")
            self._put(f"LOC+90+{self.letters(1)}{self.number(1000, 9999)}::194")
        if nature != "N30" and self.chance(0.05):
            self._put("GIS+REL:109:95")

    def _description(self, goods: Goods) -> str:
        if self.chance(0.1):
            return self._say(goods.words)
        text = f"{goods.text} MODEL {self.letters(2)}{self.number(10, 9999)}"
        if self.chance(0.15):
            text = text.capitalize()
        return self._say(self._words(text))

    def _quantities(self, goods: Goods, nature: str, preferred: bool) -> None:
        unit = "NO" if nature == "N20" and goods.unit == "NR" else goods.unit
        stored = "WAR" if nature == "N20" else ""
        head = f"MEA+AAA+::{stored}+" if stored else "MEA+AAA++"
        if unit in ("NO", "PR"):
            self._put(f"{head}{unit}:{round(math.exp(9.5 * self._draw()))}.00")
        elif unit != "NR":
            self._put(f"{head}{unit}:{self.number(100, 900_000) / 100:.{self.pick((2, 2, 5))}f}")
            if unit == "LA":
                self._put(f"MEA+AAG++ISS:{self.number(3700, 5500) / 100:.2f}")
        if unit not in ("KG", "NR", "LA") and self.chance(0.35):
            self._put(f"MEA+AAA++KG:{self.number(100, 400_000) / 100:.2f}")
        if preferred and self.chance(0.3):
            self._put(f"MEA+ABX++LCO:{self.number(40, 100)}.00")

    def _quarantine(self, plan: Plan) -> None:
        """Packages and answers for quarantine."""
        if self.chance(0.04):
            self._put(f"PAC+{self.number(1, 200)}++{self.pick(('CT', 'PK', 'BG', 'PX'))}:185:194")
        if not self.chance(0.12):
            return
        self._put("PAC++1")
        start = self.number(0, len(self._questions) - 4)
        for question in self._questions[start : start + self.number(1, 3)]:
            self._put("PCI+1")
            self._put(f"FTX+RAH+++{question}:{self.pick('NNNY')}")

    def _line_amounts(self, plan: Plan, price: int, currency: str) -> None:
        if plan.nature == "N30":
            self._put(f"MOA+40:{_money(price)}:AUD")
            return
        self._put(f"MOA+38:{_money(price)}:{currency}")
        if self.chance(0.6):
            self._put(f"MOA+68:{_money(round(price * (0.02 + 0.1 * self._draw())))}:{currency}")
        if self.chance(0.03):
            self._put(f"MOA+5:{_money(self.number(100, 20000))}:{currency}")

    def _line_references(self, plan: Plan, goods: Goods, preferred: bool, concession: bool, boxes: list[str]) -> None:
        nature = plan.nature
        if self.chance(0.03) and nature == "N10":
            self._put("RFF+ASA:FOOD")
        if self.chance(0.03):
            self._put(f"RFF+AHW:{self._reference_text(f'{self.letters(2)}{self.number(10**5, 10**7)}')}")
        if preferred or (nature == "N10" and self.chance(0.4)):
            self._put("RFF+AGW:DC" if preferred else "RFF+AGW:GEN")
        if nature != "N20" and self.chance(0.4):
            self._put(f"RFF+AWA:{self.pick(('001', '001', '001', '002'))}")
        if concession:
            self._put(f"RFF+AFD:{self.pick(('505', '506', '510'))}")
            self._put(f"RFF+AES:{self.number(10**6, 2 * 10**6)}::TC")
        if goods.tariff[:2] == "87" and nature != "N30" and self.chance(0.1):
            self._put(f"RFF+AKG:{self.letters(3)}{self.digits(7)}{self.letters(1)}{self.digits(6)}")
        if nature == "N30":
            self._put(f"RFF+WE:{self._declaration_id()}")
            self._put(f"RFF+LI:{self.number(1, 60)}")
            return
        if boxes and self.chance(0.3):
            self._put(f"RFF+AAQ:{self.pick(boxes)}")
        self._put(f"RFF+AFV:{self.pick(('TV', 'TV', 'TV', 'IG'))}")
        if self.chance(0.02):
            self._put(f"RFF+ACL:{self.letters(2)}{self.number(10**4, 10**7)}::{self.pick(('PHYT', 'HLTH', 'MANU'))}")

    # ------------------------------------------------------------------ clearances and withdrawals

    def _clearance(self, plan: Plan) -> None:
        """A self assessed clearance; with lines it is the long form."""
        client, origin = self.pick(self._clients), self.pick(_ORIGINS)
        ports = _AIRPORTS if plan.mode == "A" else _SEAPORTS
        self._begin(plan)
        for qualifier in (8, 12):
            self._put(f"LOC+{qualifier}+{self.pick(ports)}::6")
        if plan.lines:
            self._put(f"LOC+27+{origin[0]}::5")
        valued = self.day - timedelta(self.number(0, 20))
        self._put(f"DTM+178:{valued + timedelta(self.number(0, 20)):%Y%m%d}:102")
        self._put(f"DTM+260:{valued:%Y%m%d}:102")
        self._put(f"GIS+{self.pick('NNY')}:153:95")
        self._put(f"FTX+DEL+++{self._say(client.name)}")
        self._put(f"FTX+AAA+++{self._description(self.pick(self._goods))}")
        self._put("FTX+ACD+++0014:N")
        if self.chance(0.2):
            self._put(f"FTX+ACD+++0015:Y:{self._say(self._words('PACKED WITH ' + self.pick(_KINDS) + ' MATERIAL'))}")
        self._put(f"RFF+ABQ:{self._reference_text(f'{client.owner} {self.number(1000, 99999)}', 20)}")
        self._put(f"RFF+ADU:{self._reference_text(f'{self.letters(1)}{self.number(100000, 999999)}')}")
        self._put("RFF+AMG:0012")
        self._clearance_bills(plan)
        self._journey(plan, "")
        self._parties(client, True, False)
        if self.chance(0.5):
            self._put(f"NAD+SU+{self.pick(self._suppliers)}::95")
        prices = [self.number(500, 90_000 // plan.lines) for _ in range(plan.lines)]
        if prices:
            self._put(f"MOA+40:{_money(sum(prices))}:AUD")
            self._put(f"MOA+68:{_money(self.number(500, 20000))}:AUD")
        self._put("UNS+D")
        for number, price in enumerate(prices, 1):
            self._clearance_line(number, price)
        self._put("UNS+S")

    def _clearance_bills(self, plan: Plan) -> None:
        if plan.mode == "A":
            self._put(f"RFF+MWB:{self._waybill(self.pick(_AIRLINES)[1])}")
            self._put(f"RFF+HWB:{self._reference_text(f'{self.letters(3)}{self.number(10**5, 10**9)}')}")
            return
        self._put(f"RFF+AAQ:{self._container()}")
        self._put("PAC+++LCL:67:95")
        self._put(f"RFF+MB:{self._reference_text(f'{self.pick(_CARRIERS)}{self.number(10**6, 10**9)}')}")
        self._put(f"RFF+BH:{self._reference_text(f'H{self.letters(3)}{self.number(10**4, 10**8)}')}")

    def _clearance_line(self, number: int, price: int) -> None:
        goods = self.pick(self._goods)
        self._put(f"CST+{number}+I::95")
        self._put(f"FTX+AAA+++{self._description(goods)}")
        self._quantities(goods, "", False)
        self._put(f"MOA+40:{_money(price)}:AUD")
        self._put(f"RFF+ABD:{goods.tariff}")
        self._put(f"RFF+AED:{goods.statistical}")

    def _withdrawal(self, plan: Plan) -> None:
        """Only the reason and what names the declaration."""
        self._begin(plan)
        paid = self.chance(0.5)
        if paid:
            self._account()
        self._put(f"FTX+CHG+++{self._reason()}")
        if plan.document == "SAC":
            self._put("FTX+ACD+++0014:N")
        self._put(f"RFF+AMG:{self.pick(('0011', '0012'))}")
        if plan.document == "IMD":
            self._put("RFF+ADP:0008::Y")
        self._put(f"RFF+ABT:{self._declaration_id()}")
        if paid:
            self._put("RFF+ANU:B")
        if plan.document == "IMD":
            self._put(f"NAD+CB+{self.pick(self._brokers)}::95")
        self._put("UNS+D")
        self._put("UNS+S")

    # ------------------------------------------------------------------ the mix

    def original(self, lines: int | None = None) -> Plan:
        """Plan a declaration for sea cargo, as most are."""
        cargo = "LCL" if self.chance(0.6) else "FCL"
        return Plan("sea", cargo=cargo, lines=lines or self.number(10, 40))

    def plan(self) -> Plan:
        """Plan the next message of an ordinary day."""
        at = int(self._draw() * 100)
        if at < 55:
            return self.original()
        if at < 63:
            return Plan("air", mode="A", lines=self.number(1, 15))
        if at < 70:
            return Plan("warehoused", nature="N20", mode="A", lines=self.number(1, 12))
        if at < 71:
            return Plan("post", mode="P", lines=self.number(1, 4))
        if at < 77:
            return Plan("ex-warehouse", nature="N30", mode="", lines=self.number(1, 10))
        if at < 86:
            cargo = self.pick(("LCL", "FCL"))
            return Plan("change", function=4, cargo=cargo, lines=self.number(1, 10), first=self.number(1, 6))
        if at < 89:
            return Plan("withdrawal", function=50)
        if at < 91:
            return Plan("withdrawal", document="SAC", function=50)
        return Plan("clearance", document="SAC", mode=self.pick("AS"), lines=self.number(1, 6) if at < 94 else 0)


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"?\1", text)


def _money(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"


# ---------------------------------------------------------------------- faults


class Planter:
    """Puts faults into messages, kind after kind, and remembers where."""

    def __init__(self, wanted: int, seed: int) -> None:
        self.wanted = wanted
        self.planted: list[Fault] = []
        self._random = random.Random(seed + 1)

    def due(self, progress: float) -> int:
        """Return how many faults must come now, when this share of the file is written."""
        return round(self.wanted * progress) - len(self.planted)

    @property
    def rest(self) -> int:
        """The faults still to come."""
        return self.wanted - len(self.planted)

    def plant(self, raws: list[str], count: int, interchange: int, message: int) -> tuple[list[str], int]:
        """Return a message (UNH first, UNT left out) with faults in it, and what UNT must say too much."""
        chosen, wrong_count = self._choose(raws, count)
        out: list[str] = []
        for index, raw in enumerate(raws):
            kind = chosen.get(index)
            if kind == MISSING:
                self._note(kind, interchange, message, len(out))
                continue
            if kind == UNKNOWN:
                out.append("XQZ+1:2+UNHEARD OF")
                self._note(kind, interchange, message, len(out))
            elif kind is not None:
                self._note(kind, interchange, message, len(out) + 1)
                raw = _spoilt(kind, raw)
            out.append(raw)
        if wrong_count:
            self._note(COUNT, interchange, message, len(out) + 1)
        return out, self._random.randint(11, 40) if wrong_count else 0

    def _choose(self, raws: list[str], count: int) -> tuple[dict[int, str], bool]:
        chosen: dict[int, str] = {}
        wrong_count = False
        for number in range(len(self.planted), len(self.planted) + count):
            kinds = list(FAULTS)[number % len(FAULTS) :] + list(FAULTS)[: number % len(FAULTS)]
            for kind in kinds:
                if kind == COUNT:
                    if not wrong_count and MISSING not in chosen.values():
                        wrong_count = True
                        break
                    continue
                free = [i for i, raw in enumerate(raws) if i not in chosen and _PLACES[kind].match(raw)]
                if free and not (kind == MISSING and wrong_count):
                    chosen[self._random.choice(free)] = kind
                    break
            else:
                raise ValueError(f"a message cannot hold {count} faults: write more messages or lines")
        return chosen, wrong_count

    def _note(self, kind: str, interchange: int, message: int, segment: int) -> None:
        self.planted.append(Fault(kind, FAULTS[kind], interchange, message, segment))


def _spoilt(kind: str, raw: str) -> str:
    if kind == DATE:
        return re.sub(r":\d{8}:", ":20250231:", raw)
    if kind == LONG:
        return raw + " AND SO ON" * 52
    return raw.replace("+I::", "+X::", 1)


# ---------------------------------------------------------------------- files


class _Pen:
    """Writes interchanges: envelopes, counts and line ends."""

    def __init__(self, out: BinaryIO, maker: Maker, line_end: str, planter: Planter) -> None:
        self.summary = Summary()
        self._out = out
        self._maker = maker
        self._end = "'" + line_end
        self._planter = planter
        self._day = maker.day
        self._reference = ""
        self._messages = 0
        self._size = 0
        self._time = f"{maker.number(6, 19):02d}{maker.number(0, 59):02d}"

    def message(self, body: list[str], faults: int) -> None:
        """Write one message, in a new interchange when none is open or the last is full."""
        if self._reference and self._size >= LARGEST:
            self.close()
        if not self._reference:
            self._open()
        self._messages += 1
        raws, surplus = [f"UNH+{self._messages}+CUSDEC:D:99B:UN", *body], 0
        if faults > 0:
            raws, surplus = self._planter.plant(raws, faults, self.summary.interchanges, self._messages)
        raws.append(f"UNT+{len(raws) + 1 + surplus}+{self._messages}")
        self._write(raws)
        self.summary.messages += 1

    def _open(self) -> None:
        self.summary.interchanges += 1
        self._reference = f"{self._day:%Y%m%d}{self.summary.interchanges:04d}"
        site, self._size, self._messages = self._maker.site, 0, 0
        self._write(["UNA:+.? "], counted=False)
        when = f"{self._day:%y%m%d}:{self._time}"
        self._write([f"UNB+UNOC:3+{site}::{site}+AAA336C+{when}+{self._reference}++++1++1"])

    def close(self) -> None:
        """Write the end of the open interchange."""
        self._write([f"UNZ+{self._messages}+{self._reference}"])
        self._reference = ""

    def _write(self, raws: list[str], counted: bool = True) -> None:
        data = (self._end.join(raws) + self._end).encode("iso8859-1")
        self._out.write(data)
        self._size += len(data)
        self.summary.size += len(data)
        if counted:
            self.summary.segments += len(raws)
            self.summary.released += sum("?" in raw for raw in raws)


def write(
    out: BinaryIO,
    *,
    size: int | str | None = None,
    messages: int | None = None,
    lines: int | None = None,
    seed: int = 0,
    release: float = RELEASE,
    latin1: float = LATIN1,
    line_ends: str = "none",
    faults: int = 0,
) -> Summary:
    """Write a file of interchanges to `out` and return what was written; little memory is used, whatever the size.

    One of: `size` in bytes (or "10M"), reached and passed by at most one message; `messages`; `lines`, one
    declaration with that many. `release` is the share of segments that hold release characters (up to 0.1 can be
    reached), `latin1` the share of texts with letters outside ASCII, `line_ends` none, lf or crlf. An interchange
    is closed at 10 MB and the next begun. `faults` are spread over the file, each in a place of its own. Raise
    ValueError for options that contradict each other.
    """
    if sum(option is not None for option in (size, messages, lines)) > 1:
        raise ValueError("only one of size, messages and lines can be given")
    if line_ends not in LINE_ENDS:
        raise ValueError(f"line ends are none, lf or crlf, not {line_ends!r}")
    if lines is not None and not 1 <= lines <= MOST_LINES:
        raise ValueError(f"a declaration has 1 to {MOST_LINES} lines")
    maker = Maker(seed, release, latin1)
    planter = Planter(faults, seed)
    pen = _Pen(out, maker, LINE_ENDS[line_ends], planter)
    for share in _shares(pen.summary, size, 1 if lines else messages):
        due = planter.due(share)
        plan = maker.original(lines) if lines or due > 0 else maker.plan()
        pen.message(maker.message(plan), due)
    if planter.rest:
        pen.message(maker.message(maker.original()), planter.rest)
    pen.close()
    pen.summary.faults = planter.planted
    return pen.summary


def _shares(summary: Summary, size: int | str | None, messages: int | None) -> Iterator[float]:
    """Give, once for each message to come, the share of the file that is written (of messages, that one included)."""
    if size is not None:
        wanted = size if isinstance(size, int) else parse_size(size)
        yield 0.0
        while summary.size < wanted:
            yield summary.size / wanted
        return
    messages = 10 if messages is None else max(1, messages)
    for number in range(1, messages + 1):
        yield number / messages


def interchange(
    size: int | str | None = None,
    messages: int | None = None,
    lines: int | None = None,
    seed: int = 0,
    release: float = RELEASE,
    latin1: float = LATIN1,
    line_ends: str = "none",
    faults: int = 0,
) -> bytes:
    """Return what `write` writes, as bytes."""
    out = io.BytesIO()
    write(
        out,
        size=size,
        messages=messages,
        lines=lines,
        seed=seed,
        release=release,
        latin1=latin1,
        line_ends=line_ends,
        faults=faults,
    )
    return out.getvalue()


def parse_size(text: str) -> int:
    """Return a size in bytes: `500k`, `10M`, or a plain number; k and M are thousands and millions."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)([kKmM]?)", text.strip())
    if match is None:
        raise ValueError(f"{text!r} is no size; write for example 500k or 10M")
    return round(float(match[1]) * {"": 1, "k": 1_000, "m": 1_000_000}[match[2].lower()])


def main(arguments: Sequence[str] | None = None) -> int:
    """Run as a command."""
    parser = argparse.ArgumentParser(description="Write interchanges in the shape of IMD and SAC declarations.")
    add = parser.add_argument
    amount = parser.add_mutually_exclusive_group()
    amount.add_argument("--size", help="bytes to write, with suffix k or M")
    amount.add_argument("--messages", type=int, metavar="N", help="number of messages (default 10)")
    amount.add_argument("--lines", type=int, metavar="N", help="one declaration of N lines")
    add("--seed", type=int, default=0)
    add("--release", type=float, default=RELEASE, metavar="SHARE", help="of segments with release characters")
    add("--latin1", type=float, default=LATIN1, metavar="SHARE", help="of texts with letters outside ASCII")
    add("--line-ends", choices=sorted(LINE_ENDS), default="none")
    add("--faults", type=int, default=0, metavar="N", help="faults to plant; standard error lists them")
    add("-o", "--output", default="-", metavar="OUT")
    options = vars(parser.parse_args(arguments))
    target = options.pop("output")
    try:
        with nullcontext(sys.stdout.buffer) if target == "-" else open(target, "wb") as out:
            summary = write(out, **options)
    except ValueError as error:
        parser.error(str(error))
    for fault in summary.faults:
        print(fault, file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
