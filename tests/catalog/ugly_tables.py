# ruff: noqa: E501
"""Exports as people really have them: invented rows, ugly headers, several languages; with what a data person would say.

``UGLY`` holds (name of the case, table name, columns, expected role, expected meanings).
"""

from __future__ import annotations

import random
from dataclasses import dataclass

ROWS = 120


@dataclass(frozen=True)
class Ugly:
    case: str
    table: str
    columns: dict[str, list[str]]
    role: str
    meanings: dict[str, str]
    key: tuple[str, ...] | None = None


def _pick(seed: int, *choices: str) -> list[str]:
    rng = random.Random(seed)
    return [rng.choice(choices) for _ in range(ROWS)]


def _numbers(seed: int, low: int, high: int, form: str = "{}") -> list[str]:
    rng = random.Random(seed)
    return [form.format(rng.randint(low, high)) for _ in range(ROWS)]


def _ids(form: str) -> list[str]:
    return [form.format(i) for i in range(ROWS)]


def _dates(seed: int, form: str, first: int = 1950, last: int = 2003) -> list[str]:
    rng = random.Random(seed)
    return [form.format(y=rng.randint(first, last), m=rng.randint(1, 12), d=rng.randint(1, 28)) for _ in range(ROWS)]


def _emails(given: list[str], family: list[str], domain: str) -> list[str]:
    return [f"{g}.{f}{i}@{domain}".lower().replace(" ", "") for i, (g, f) in enumerate(zip(given, family, strict=True))]


EN_G = _pick(1, "James", "Mary", "Zebulon", "Linda", "Kwame", "Susan", "Orsolya", "Karen", "Thomas", "Priyanka")
EN_F = _pick(2, "Smith", "Okonkwo", "Brown", "Fitzwilliam", "Miller", "Wozniak", "Garcia", "Taylor", "Abernathy")
ES_G = _pick(3, "María", "José Luis", "Carmen", "Íñigo", "Ana", "Francisco Javier", "Lucía", "Gonzalo")
ES_F = _pick(4, "García", "Fernández", "Muñoz", "Echevarría", "López", "Ruiz", "Vázquez")
CA_G = _pick(5, "Jordi", "Montserrat", "Meritxell", "Oriol", "Núria", "Pau", "Laia")
CA_F = _pick(6, "Puig", "Ferrer i Vila", "Soler", "Casals", "Vidal", "Batlle", "Roca")
EL_G = _pick(7, "Γιώργος", "Μαρία", "Ελένη", "Δημήτρης", "Κατερίνα", "Νίκος", "Σοφία")
EL_F = _pick(8, "Παπαδόπουλος", "Ιωαννίδης", "Καραγιάννης", "Νικολάου", "Γεωργίου", "Οικονόμου")
FA_G = _pick(9, "محمد", "زهرا", "علی", "مریم", "حسین", "سارا", "رضا", "نیلوفر")
FA_F = _pick(10, "احمدی", "حسینی", "کریمی", "موسوی", "رضایی", "جعفری", "قاسم‌زاده")
ZH_F = _pick(11, "王", "李", "张", "刘", "陈", "杨", "赵")
ZH_G = _pick(12, "伟", "芳", "秀英", "小明", "丽", "志强", "雪梅")
TW_F = _pick(13, "陳", "林", "黃", "張", "吳", "蔡")
TW_G = _pick(14, "怡君", "志明", "淑芬", "家豪", "雅婷", "建宏")
DE_G = _pick(15, "Jürgen", "Ursula", "Klaus", "Anja", "Wolfgang", "Birgit")
DE_F = _pick(16, "Müller", "Schmidt", "Schäfer", "Weber", "Hoffmann", "Krüger")
FR_G = _pick(17, "Jean-Pierre", "Nathalie", "Camille", "Thierry", "Aurélie", "Mathieu")
FR_F = _pick(18, "Dubois", "Lefèvre", "Moreau", "Girard", "Mercier", "Faure")
COMPANIES = _pick(
    19,
    "Acme GmbH",
    "Blue Foods Ltd",
    "Nordic Logistics",
    "Harbor Analytics Inc",
    "Grup Vila SL",
    "Sun & Co KG",
)

UGLY = [
    Ugly(
        "english abbreviations",
        "cust_master",
        {
            "CUST_NO": _ids("C{:06d}"),
            "FNAME": EN_G,
            "LNAME": EN_F,
            "DOB": _dates(20, "{m:02d}/{d:02d}/{y}"),
            "TEL1": _numbers(21, 2000000000, 9899999999),
            "MOB": _numbers(22, 200, 999, "({}) 555-0134"),
            "ADDR1": _numbers(23, 1, 999, "{} Main St"),
            "ADDR2": [f"Apt {i % 9}" if i % 4 == 0 else "" for i in range(ROWS)],
            "CTY": _pick(24, "Boston", "Dallas", "Seattle"),
            "ST": _pick(25, "MA", "TX", "WA", "NY", "CA", "OR", "FL", "GA", "OH", "IL"),
            "ZIP": _numbers(26, 10000, 99999),
            "MKT_OPT_IN": _pick(27, "Y", "N"),
        },
        "people",
        {
            "CUST_NO": "record_key", "FNAME": "given_name", "LNAME": "family_name", "DOB": "birth_date", "TEL1": "phone",
            "MOB": "phone", "ADDR1": "street", "ADDR2": "address_extra", "CTY": "city", "ST": "region", "ZIP": "postcode",
            "MKT_OPT_IN": "consent",
        },
        ("CUST_NO",),
    ),
    Ugly(
        "german",
        "kundenliste",
        {
            "Kunden-Nr.": _ids("{:05d}"),
            "Anrede": _pick(28, "Herr", "Frau"),
            "Vorname": DE_G,
            "Name": DE_F,
            "E-Mail Adresse": _emails(EN_G, EN_F, "web.de"),
            "Straße": _pick(29, "Gartenstraße 12", "Hauptstr. 4", "Am Markt 7a", "Lindenweg 33"),
            "PLZ": _numbers(30, 1000, 99999, "{:05d}"),
            "Ort": _pick(31, "Köln", "Hamburg", "Leipzig"),
            "Geb.-Datum": _dates(32, "{d:02d}.{m:02d}.{y}"),
            "Kunde seit": _dates(33, "{d:02d}.{m:02d}.{y}", 2010, 2024),
        },
        "people",
        {
            "Kunden-Nr.": "record_key", "Anrede": "name_prefix", "Vorname": "given_name", "Name": "family_name",
            "E-Mail Adresse": "email", "Straße": "street", "PLZ": "postcode", "Ort": "city", "Geb.-Datum": "birth_date",
            "Kunde seit": "created_at",
        },
    ),
    Ugly(
        "spanish with two surnames",
        "clientes",
        {
            "Nº cliente": _ids("{}"),
            "Nombre": ES_G,
            "Primer Apellido": ES_F,
            "Segundo Apellido": list(reversed(ES_F)),
            "DNI": [f"{12345678 + i}{'TRWAGMYFPDXBNJZSQVHLCKE'[(12345678 + i) % 23]}" for i in range(ROWS)],
            "Teléfono móvil": _numbers(34, 600000000, 699999999),
            "Correo electrónico": _emails(EN_G, EN_F, "gmail.com"),
            "F. nacimiento": _dates(35, "{d:02d}/{m:02d}/{y}"),
            "Población": _pick(36, "Madrid", "Sevilla", "Getafe"),
            "C.P.": _numbers(37, 28001, 28999),
            "Sexo": _pick(38, "H", "M"),
            "Acepta publicidad": _pick(39, "Sí", "No"),
        },
        "people",
        {
            "Nº cliente": "record_key", "Nombre": "given_name", "Primer Apellido": "family_name",
            "Segundo Apellido": "second_family_name", "DNI": "national_id", "Teléfono móvil": "phone",
            "Correo electrónico": "email", "F. nacimiento": "birth_date", "Población": "city", "C.P.": "postcode",
            "Sexo": "gender", "Acepta publicidad": "consent",
        },
    ),
    Ugly(
        "catalan",
        "socis",
        {
            "Número de soci": _ids("S-{:04d}"),
            "Nom": CA_G,
            "Cognoms": CA_F,
            "Adreça electrònica": _emails(EN_G, EN_F, "correu.cat"),
            "Telèfon": _numbers(40, 930000000, 939999999),
            "Adreça": _pick(41, "Carrer de Balmes, 12", "Passeig de Gràcia, 5", "Plaça Major 3"),
            "Codi postal": _numbers(42, 8001, 8042, "{:05d}"),
            "Ciutat": _pick(43, "Barcelona", "Girona", "Vic"),
            "Data de naixement": _dates(44, "{d}/{m}/{y}"),
            "Data d'alta": _dates(45, "{d}/{m}/{y}", 2015, 2024),
        },
        "people",
        {
            "Nom": "given_name", "Cognoms": "family_name", "Adreça electrònica": "email", "Telèfon": "phone",
            "Adreça": "street", "Codi postal": "postcode", "Ciutat": "city", "Data de naixement": "birth_date",
            "Data d'alta": "created_at",
        },
        ("Número de soci",),
    ),
    Ugly(
        "greek",
        "πελάτες",
        {
            "Κωδικός": _ids("{}"),
            "Όνομα": EL_G,
            "Επώνυμο": EL_F,
            "ΑΦΜ": _numbers(46, 100000000, 999999999),
            "Κινητό": _numbers(47, 6900000000, 6999999999),
            "Διεύθυνση": _pick(48, "Ερμού 15", "Πανεπιστημίου 37", "Τσιμισκή 8"),
            "Πόλη": _pick(49, "Αθήνα", "Πάτρα", "Βόλος"),
            "Τ.Κ.": _numbers(50, 100, 999, "{} 34"),
            "Ημ. Γέννησης": _dates(51, "{d:02d}-{m:02d}-{y}"),
            "Φύλο": _pick(52, "Άνδρας", "Γυναίκα"),
        },
        "people",
        {
            "Κωδικός": "record_key", "Όνομα": "given_name", "Επώνυμο": "family_name", "ΑΦΜ": "national_id",
            "Κινητό": "phone", "Διεύθυνση": "street", "Πόλη": "city", "Τ.Κ.": "postcode", "Ημ. Γέννησης": "birth_date",
            "Φύλο": "gender",
        },
    ),
    Ugly(
        "persian with jalali dates and persian digits",
        "مشتریان",
        {
            "کد مشتری": _ids("{}"),
            "نام": FA_G,
            "نام خانوادگی": FA_F,
            "کد ملی": _numbers(53, 10**9, 10**10 - 1),
            "تلفن همراه": [f"۰۹۱۲{n}".translate(str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")) for n in _numbers(54, 1000000, 9999999)],
            "تاریخ تولد": _dates(55, "{y}/{m:02d}/{d:02d}", 1330, 1385),
            "شهر": _pick(56, "تهران", "مشهد", "شیراز"),
            "کدپستی": _numbers(57, 10**9, 10**10 - 1),
            "جنسیت": _pick(58, "مرد", "زن"),
        },
        "people",
        {
            "کد مشتری": "record_key", "نام": "given_name", "نام خانوادگی": "family_name", "کد ملی": "national_id",
            "تلفن همراه": "phone", "تاریخ تولد": "birth_date", "شهر": "city", "کدپستی": "postcode", "جنسیت": "gender",
        },
    ),
    Ugly(
        "simplified chinese",
        "会员信息",
        {
            "会员编号": _ids("VIP{:05d}"),
            "姓名": [f + g for f, g in zip(ZH_F, ZH_G, strict=True)],
            "性别": _pick(59, "男", "女"),
            "手机号码": _numbers(60, 13000000000, 18999999999),
            "出生日期": _dates(61, "{y}年{m}月{d}日"),
            "身份证号": [f"11010119{70 + i % 30}0{1 + i % 9}{10 + i % 18}{i:04d}" for i in range(ROWS)],
            "地址": _pick(62, "北京市朝阳区建国路88号", "上海市浦东新区世纪大道100号", "广东省深圳市南山区科技路9号"),
            "会员等级": _pick(63, "普通", "金卡", "钻石"),
            "注册时间": _dates(64, "{y}-{m:02d}-{d:02d} 10:00:00", 2018, 2024),
        },
        "people",
        {
            "姓名": "full_name", "性别": "gender", "手机号码": "phone", "出生日期": "birth_date", "身份证号": "national_id",
            "地址": "address", "会员等级": "tier", "注册时间": "created_at",
        },
        ("会员编号",),
    ),
    Ugly(
        "traditional chinese with years of the republic",
        "客戶資料",
        {
            "客戶編號": _ids("TW{:04d}"),
            "姓": TW_F,
            "名": TW_G,
            "電子郵件": _emails(EN_G, EN_F, "msa.hinet.net"),
            "行動電話": _numbers(65, 900, 999, "0{}-123-456"),
            "生日": _dates(66, "民國{y}年{m}月{d}日", 45, 95),
            "郵遞區號": _numbers(67, 100, 999),
            "縣市": _pick(68, "臺北市", "高雄市", "臺中市"),
        },
        "people",
        {
            "客戶編號": "record_key", "姓": "family_name", "名": "given_name", "電子郵件": "email", "行動電話": "phone",
            "生日": "birth_date", "郵遞區號": "postcode",
        },
    ),
    Ugly(
        "french, with nom beside prénom",
        "adherents",
        {
            "Identifiant": _ids("{}"),
            "Nom": [name.upper() for name in FR_F],
            "Prénom": FR_G,
            "Courriel": _emails(EN_G, EN_F, "orange.fr"),
            "Tél. portable": _numbers(69, 10000000, 99999999, "06 {}"),
            "Code postal": _numbers(70, 1000, 95999, "{:05d}"),
            "Ville": _pick(71, "Paris", "Lyon", "Brest"),
            "Date de naissance": _dates(72, "{d:02d}/{m:02d}/{y}"),
        },
        "people",
        {
            "Identifiant": "record_key", "Nom": "family_name", "Prénom": "given_name", "Courriel": "email",
            "Tél. portable": "phone", "Code postal": "postcode", "Ville": "city", "Date de naissance": "birth_date",
        },
    ),
    Ugly(
        "no headers at all",
        "sheet1",
        {
            "column_1": _numbers(73, 10000, 99999, "K-{}"),
            "column_2": EN_G,
            "column_3": EN_F,
            "column_4": _emails(EN_G, EN_F, "example.org"),
            "column_5": _numbers(74, 100, 999, "+1 ({}) 555-0199"),
            "column_6": _dates(75, "{y}-{m:02d}-{d:02d}"),
            "column_7": _pick(76, "Germany", "France", "Spain"),
            "column_8": _pick(77, "female", "male"),
        },
        "people",
        {
            "column_2": "given_name", "column_3": "family_name", "column_4": "email", "column_5": "phone",
            "column_6": "birth_date", "column_7": "country", "column_8": "gender",
        },
    ),
    Ugly(
        "headers that lie",
        "export",
        {
            "id": _ids("{}"),
            "phone": _emails(EN_G, EN_F, "example.net"),
            "email": _numbers(78, 100, 999, "+44 20 7946 0{}"),
            "company_name": [f"{g} {f}" for g, f in zip(EN_G, EN_F, strict=True)],
        },
        "people",
        {"id": "record_key", "phone": "email", "email": "phone", "company_name": "full_name"},
    ),
    Ugly(
        "accounts that are companies",
        "accounts",
        {
            "AccountId": _ids("001{:05d}"),
            "Account Name": COMPANIES,
            "Website": _pick(79, "https://acme.example", "https://blue.example"),
            "Industry": _pick(80, "Energy", "Retail", "Health"),
            "AnnualRevenue": _numbers(81, 100000, 9000000),
            "NumberOfEmployees": _numbers(82, 5, 900),
        },
        "organisations",
        {
            "AccountId": "record_key", "Account Name": "company", "Website": "website", "Industry": "category",
            "AnnualRevenue": "amount", "NumberOfEmployees": "quantity",
        },
    ),
    Ugly(
        "survey in spanish",
        "encuesta_satisfaccion",
        {
            "ID respuesta": _ids("{}"),
            "Fecha y hora": _dates(83, "{d:02d}/{m:02d}/{y} 12:30", 2020, 2024),
            "Correo": _emails(EN_G, EN_F, "gmail.com"),
            "¿Nos recomendaría? (0-10) NPS": _numbers(84, 0, 10),
            "Comentarios": _pick(85, "El servicio fue muy lento y nadie me ayudó", "Todo bien, gracias por la ayuda rápida"),
        },
        "feedback",
        {
            "ID respuesta": "record_key", "Fecha y hora": "event_time", "Correo": "email",
            "¿Nos recomendaría? (0-10) NPS": "score", "Comentarios": "text",
        },
    ),
    Ugly(
        "helpdesk in catalan",
        "incidencies",
        {
            "Codi": _ids("INC{:05d}"),
            "Assumpte": _pick(86, "No puc entrar al compte", "Factura duplicada", "Comanda no rebuda"),
            "Missatge": _pick(87, "Bon dia, no puc entrar al meu compte des d'ahir", "Hola, he rebut dues factures iguals"),
            "Estat": _pick(88, "Obert", "Tancat", "Pendent"),
            "Agent": _pick(89, "Marta Puig", "Joan Vila"),
            "Data creació": _dates(90, "{y}-{m:02d}-{d:02d}T08:00:00", 2023, 2024),
        },
        "conversations",
        {
            "Codi": "record_key", "Assumpte": "title", "Missatge": "text", "Estat": "status", "Agent": "owner",
            "Data creació": "created_at",
        },
    ),
    Ugly(
        "order lines with minor units",
        "order_items",
        {
            "orderNo": [f"SO{1000 + i // 3}" for i in range(ROWS)],
            "lineNo": [str(i % 3 + 1) for i in range(ROWS)],
            "customerId": _numbers(91, 1, 40),
            "sku": _numbers(92, 100, 999, "AB-{}"),
            "qty": _numbers(93, 1, 5),
            "unitPriceCents": _numbers(94, 199, 99999),
            "currencyCode": _pick(95, "EUR", "USD"),
            "orderedAt": _dates(96, "{y}-{m:02d}-{d:02d} 09:15:00", 2022, 2024),
        },
        "events",
        {
            "orderNo": "record_key", "lineNo": "record_key", "customerId": "external_id", "sku": "external_id", "qty": "quantity",
            "unitPriceCents": "amount", "currencyCode": "currency", "orderedAt": "event_time",
        },
        ("orderNo", "lineNo"),
    ),
    Ugly(
        "crm dump with prefixes and camel case",
        "leads",
        {
            "leadId": [f"00Q{i:012d}" for i in range(ROWS)],
            "lead__displayName": [f"{f}, {g}" for g, f in zip(EN_G, EN_F, strict=True)],
            "primaryEmailAddress": _emails(EN_G, EN_F, "corp.example"),
            "emailVerified": _pick(97, "true", "false"),
            "emailSentCount": _numbers(98, 0, 40),
            "last_email_date": _dates(99, "{y}-{m:02d}-{d:02d}", 2023, 2024),
            "companyName": COMPANIES,
            "company_id": _numbers(100, 100, 199, "CO-{}"),
            "jobTitle": _pick(101, "VP Sales", "Engineer", "Head of Ops"),
            "preferredLanguage": _pick(102, "en", "de", "zh-TW"),
            "lifecycleStage": _pick(103, "lead", "customer", "churned"),
            "ownerId": _pick(104, "U-1", "U-2"),
            "gdpr_consent_at": _dates(105, "{y}-{m:02d}-{d:02d}T00:00:00Z", 2023, 2024),
        },
        "people",
        {
            "leadId": "record_key", "lead__displayName": "full_name", "primaryEmailAddress": "email", "emailVerified": "flag",
            "companyName": "company", "company_id": "external_id", "jobTitle": "job_title", "preferredLanguage": "language",
            "lifecycleStage": "status", "gdpr_consent_at": "consent", "emailSentCount": "quantity",
        },
    ),
]  # fmt: skip
