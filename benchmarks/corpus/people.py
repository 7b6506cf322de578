"""Invented patients and doctors, and the letterheads and labels of each half."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from random import Random

_FAMILY = (
    "Sok:សុខ Chan:ចាន់ Heng:ហេង Kim:គឹម Ly:លី Nguon:ងួន Chea:ជា Keo:កែវ Meas:មាស Ros:រស់ "
    "Prak:ប្រាក់ Sim:ស៊ឹម Long:ឡុង Bun:ប៊ុន Tep:ទេព Nuon:នួន Chhim:ឈឹម Ouk:អ៊ុក Mao:ម៉ៅ "
    "Yim:យឹម Sar:ស Hun:ហ៊ុន Pen:ប៉ែន Khieu:ខៀវ Som:សោម Duong:ឌួង"
).split()
_MALE = (
    "Dara:ដារ៉ា Vanna:វណ្ណា Sovann:សុវណ្ណ Bunthoeun:ប៊ុនធឿន Rithy:រិទ្ធី Sophal:សុផល "
    "Visal:វិសាល Piseth:ពិសិដ្ឋ Kosal:កុសល Virak:វីរៈ Samnang:សំណាង Chantha:ចាន់ថា"
).split()
_FEMALE = (
    "Sophea:សុភា Sreymom:ស្រីមុំ Bopha:បុប្ផា Kunthea:គន្ធា Channary:ចាន់ណារី Sreyneang:ស្រីនាង "
    "Maly:ម៉ាលី Rachana:រចនា Thida:ធីតា Sokha:សុខា Phalla:ផល្លា Leakhena:លក្ខិណា"
).split()


@dataclass(frozen=True)
class Person:
    """A patient: names in both scripts, sex (M or F), birth, number, telephone."""

    latin: str
    khmer: str
    sex: str
    born: date
    number: str
    phone: str


@dataclass(frozen=True)
class Doctor:
    """A doctor's name as printed with its title, in Latin and in Khmer."""

    latin: str
    khmer: str


@dataclass(frozen=True)
class Facility:
    """A letterhead: names (any may be empty) and an address line in Latin and Khmer."""

    latin: str
    khmer: str
    french: str
    address: str
    address_km: str


def _pick(rng: Random, names: list[str]) -> tuple[str, str]:
    latin, khmer = rng.choice(names).split(":")
    return latin, khmer


def phone(rng: Random) -> str:
    """A Cambodian mobile number."""
    prefix = rng.choice([11, 12, 15, 17, 69, 77, 85, 92, 96])
    return f"0{prefix} {rng.randint(200, 999)} {rng.randint(100, 999)}"


def landline(rng: Random) -> str:
    """A facility's telephone number."""
    return f"023 {rng.randint(210, 999)} {rng.randint(100, 999)}"


def person(rng: Random, child: float = 0.0) -> Person:
    """A random adult (a child with probability `child`)."""
    sex = rng.choice("MF")
    family, given = _pick(rng, _FAMILY), _pick(rng, _MALE if sex == "M" else _FEMALE)
    year = rng.randint(2013, 2020) if rng.random() < child else rng.randint(1945, 2003)
    born = date(year, rng.randint(1, 12), rng.randint(1, 28))
    upper = rng.random() < 0.7
    latin = f"{family[0].upper() if upper else family[0]} {given[0].upper() if upper else given[0]}"
    return Person(
        latin,
        f"{family[1]} {given[1]}",
        sex,
        born,
        f"{rng.choice(['P', 'HN', 'L', ''])}{rng.randint(10000, 999999):06d}",
        phone(rng),
    )


def doctor(rng: Random, lang: str = "en") -> Doctor:
    """A random doctor; `lang` chooses the usual title."""
    family, given = _pick(rng, _FAMILY), _pick(rng, rng.choice([_MALE, _FEMALE]))
    name = f"{family[0].upper()} {given[0]}"
    titles = {"fr": ["Dr", "Docteur", "Pr"], "en": ["Dr.", "Dr", "Prof."], "km": ["Dr."]}[lang]
    return Doctor(f"{rng.choice(titles)} {name}", f"វេជ្ជបណ្ឌិត {family[1]} {given[1]}")


_FACILITIES: dict[str, list[Facility]] = {
    "dev": [
        Facility(
            "Calmette Hospital",
            "មន្ទីរពេទ្យកាល់ម៉ែត",
            "Hôpital Calmette",
            "No. 3, Monivong Blvd, Phnom Penh",
            "លេខ៣ មហាវិថីព្រះមុនីវង្ស រាជធានីភ្នំពេញ",
        ),
        Facility(
            "KV Hospital",
            "មន្ទីរពេទ្យ ខេវី",
            "Hôpital KV",
            "National Road 2, Chbar Ampov, Phnom Penh",
            "ផ្លូវជាតិលេខ២ ខណ្ឌច្បារអំពៅ រាជធានីភ្នំពេញ",
        ),
        Facility(
            "Takeo Provincial Referral Hospital",
            "មន្ទីរពេទ្យបង្អែកខេត្តតាកែវ",
            "Hôpital de Référence de Takéo",
            "Sangkat Roka Knong, Doun Keo, Takeo",
            "សង្កាត់រកាក្នុង ក្រុងដូនកែវ ខេត្តតាកែវ",
        ),
        Facility(
            "Angkor Medical Laboratory",
            "មន្ទីរពិសោធន៍វេជ្ជសាស្ត្រអង្គរ",
            "Laboratoire d'Analyses Médicales Angkor",
            "Street 60, Siem Reap",
            "ផ្លូវលេខ៦០ ក្រុងសៀមរាប",
        ),
        Facility(
            "Sok Heng Polyclinic",
            "ពហុព្យាបាល សុខហេង",
            "Polyclinique Sok Heng",
            "#128, St. 271, Toul Tompoung, Phnom Penh",
            "ផ្ទះលេខ១២៨ ផ្លូវ២៧១ រាជធានីភ្នំពេញ",
        ),
        Facility(
            "Cabinet Médical Rumduol",
            "បន្ទប់ពិគ្រោះជំងឺរំដួល",
            "Cabinet Médical Rumduol",
            "#15 Eo, Rue 113, Phnom Penh",
            "ផ្ទះលេខ១៥ ផ្លូវ១១៣ រាជធានីភ្នំពេញ",
        ),
    ],
    "gate": [
        Facility(
            "Khmer-Soviet Friendship Hospital",
            "មន្ទីរពេទ្យមិត្តភាពខ្មែរ-សូវៀត",
            "Hôpital de l'Amitié Khméro-Soviétique",
            "Yothapol Khemarak Phoumin Blvd, Phnom Penh",
            "មហាវិថីយោធពលខេមរភូមិន្ទ រាជធានីភ្នំពេញ",
        ),
        Facility(
            "Kampot Referral Hospital",
            "មន្ទីរពេទ្យបង្អែកខេត្តកំពត",
            "Hôpital de Kampot",
            "Kampong Kandal, Kampot",
            "សង្កាត់កំពង់កណ្តាល ខេត្តកំពត",
        ),
        Facility(
            "Phnom Penh BioLab Center",
            "មជ្ឈមណ្ឌលពិសោធន៍ជីវវេជ្ជសាស្ត្រភ្នំពេញ",
            "Centre de Biologie Médicale de Phnom Penh",
            "271 Mao Tse Toung Blvd, Phnom Penh",
            "មហាវិថីម៉ៅសេទុង រាជធានីភ្នំពេញ",
        ),
        Facility(
            "Mekong International Clinic",
            "គ្លីនិកអន្តរជាតិមេគង្គ",
            "Clinique Internationale du Mékong",
            "Preah Sihanouk Ave., Kampong Cham",
            "ក្រុងកំពង់ចាម ខេត្តកំពង់ចាម",
        ),
        Facility(
            "Battambang City Medical Centre",
            "មជ្ឈមណ្ឌលវេជ្ជសាស្ត្រក្រុងបាត់ដំបង",
            "Centre Médical de Battambang",
            "Street 3, Svay Por, Battambang",
            "ផ្លូវលេខ៣ សង្កាត់ស្វាយប៉ោ ក្រុងបាត់ដំបង",
        ),
        Facility(
            "Clinique Santepheap",
            "គ្លីនិកសន្តិភាព",
            "Clinique Santepheap",
            "12A, rue Pasteur, Phnom Penh",
            "ផ្លូវប៉ាស្ទ័រ រាជធានីភ្នំពេញ",
        ),
    ],
}

KINGDOM = ("ព្រះរាជាណាចក្រកម្ពុជា", "ជាតិ សាសនា ព្រះមហាក្សត្រ")


def facility(rng: Random, half: str, kind: str) -> Facility:
    """One of the half's letterheads; laboratories write laboratory reports only."""
    return rng.choice(
        [f for f in _FACILITIES[half] if kind == "lab" or "Lab" not in f.french + f.latin]
    )


_LABELS: dict[str, dict[str, str]] = {
    "dev-en": {
        "name": "Patient Name",
        "age": "Age",
        "sex": "Sex",
        "id": "Patient ID",
        "dob": "Date of birth",
        "phone": "Phone",
        "req": "Requested by",
        "col": "Collected",
        "rec": "Received",
        "rep": "Report date",
        "prt": "Printed on",
        "remark": "Comment",
        "M": "Male",
        "F": "Female",
        "y": "years",
        "dx": "Diagnosis",
        "advice": "Advice",
        "doc": "Doctor",
    },
    "gate-en": {
        "name": "Name",
        "age": "Age/Yrs",
        "sex": "Gender",
        "id": "Lab No.",
        "dob": "DOB",
        "phone": "Tel",
        "req": "Ref. Doctor",
        "col": "Sample taken",
        "rec": "Sample received",
        "rep": "Reported on",
        "prt": "Print time",
        "remark": "Remarks",
        "M": "M",
        "F": "F",
        "y": "Y",
        "dx": "Dx",
        "advice": "Instructions",
        "doc": "Physician",
    },
    "dev-fr": {
        "name": "Nom et prénom",
        "age": "Âge",
        "sex": "Sexe",
        "id": "N° dossier",
        "dob": "Né(e) le",
        "phone": "Tél",
        "req": "Prescripteur",
        "col": "Prélèvement du",
        "rec": "Reçu le",
        "rep": "Compte rendu du",
        "prt": "Imprimé le",
        "remark": "Commentaire",
        "M": "Masculin",
        "F": "Féminin",
        "y": "ans",
        "dx": "Diagnostic",
        "advice": "Conseils",
        "doc": "Médecin",
    },
    "gate-fr": {
        "name": "Patient",
        "age": "Age",
        "sex": "Sexe",
        "id": "Réf. labo",
        "dob": "Date de naissance",
        "phone": "Téléphone",
        "req": "Demandé par",
        "col": "Prélevé le",
        "rec": "Enregistré le",
        "rep": "Résultats du",
        "prt": "Edité le",
        "remark": "Observation",
        "M": "H",
        "F": "F",
        "y": "ans",
        "dx": "Motif",
        "advice": "Recommandations",
        "doc": "Médecin traitant",
    },
    "dev-km": {
        "name": "ឈ្មោះអ្នកជំងឺ",
        "age": "អាយុ",
        "sex": "ភេទ",
        "id": "លេខអ្នកជំងឺ",
        "dob": "ថ្ងៃខែឆ្នាំកំណើត",
        "phone": "លេខទូរស័ព្ទ",
        "req": "អ្នកស្នើសុំ",
        "col": "ថ្ងៃប្រមូលសំណាក",
        "rec": "ថ្ងៃទទួលសំណាក",
        "rep": "ថ្ងៃចេញលទ្ធផល",
        "prt": "ថ្ងៃបោះពុម្ព",
        "remark": "កំណត់សម្គាល់",
        "M": "ប្រុស",
        "F": "ស្រី",
        "y": "ឆ្នាំ",
        "dx": "រោគវិនិច្ឆ័យ",
        "advice": "ការណែនាំ",
        "doc": "គ្រូពេទ្យព្យាបាល",
    },
    "gate-km": {
        "name": "ឈ្មោះ",
        "age": "អាយុ",
        "sex": "ភេទ",
        "id": "លេខកូដ",
        "dob": "ថ្ងៃកំណើត",
        "phone": "ទូរស័ព្ទ",
        "req": "វេជ្ជបណ្ឌិតស្នើសុំ",
        "col": "ថ្ងៃយកសំណាក",
        "rec": "ទទួលនៅថ្ងៃ",
        "rep": "កាលបរិច្ឆេទលទ្ធផល",
        "prt": "បោះពុម្ពនៅ",
        "remark": "សម្គាល់",
        "M": "ប្រុស",
        "F": "ស្រី",
        "y": "ឆ្នាំ",
        "dx": "រោគវិនិច្ឆ័យ",
        "advice": "ដំបូន្មាន",
        "doc": "គ្រូពេទ្យ",
    },
}


def labels(half: str, lang: str) -> dict[str, str]:
    """The printed labels of a half in a language (en, fr, km)."""
    return _LABELS[f"{half}-{lang}"]
