"""Comments, diagnoses and advice, which the truth lists under `other`."""

from __future__ import annotations

from random import Random

_REMARKS = {
    "dev-en": (
        "Sample slightly hemolyzed.",
        "Results checked twice.",
        "Fasting sample, 12 hours.",
        "Please correlate clinically.",
    ),
    "gate-en": (
        "Lipemic serum, interpret with caution.",
        "Repeat test recommended in 3 months.",
        "Suggest follow up with clinical findings.",
        "Platelet clumps seen on smear.",
    ),
    "dev-fr": (
        "Sérum légèrement hémolysé.",
        "Résultats contrôlés.",
        "Patient à jeun depuis 12 heures.",
    ),
    "gate-fr": (
        "Sérum lactescent.",
        "A contrôler dans un mois.",
        "Résultats à confronter à la clinique.",
    ),
    "dev-km": ("សំណាកមានការបែកគ្រាប់ឈាមបន្តិច។", "សូមពិគ្រោះជាមួយគ្រូពេទ្យព្យាបាល។"),
    "gate-km": ("សូមពិនិត្យឡើងវិញក្នុងរយៈពេលមួយខែ។", "លទ្ធផលបានត្រួតពិនិត្យរួចហើយ។"),
}
_DIAGNOSES = {
    "dev-en": (
        "Acute bronchitis",
        "Hypertension",
        "Type 2 diabetes",
        "Acute gastritis",
        "Tonsillitis",
    ),
    "gate-en": (
        "Urinary tract infection",
        "Dyslipidemia",
        "Peptic ulcer disease",
        "Allergic rhinitis",
        "Osteoarthritis of the knee",
    ),
    "dev-fr": ("Bronchite aiguë", "Hypertension artérielle", "Gastrite"),
    "gate-fr": ("Infection urinaire", "Lombalgie aiguë", "Diabète de type 2"),
    "dev-km": ("រលាកបំពង់ក", "លើសឈាម", "ទឹកនោមផ្អែម", "រលាកក្រពះ"),
    "gate-km": ("រលាកទងសួត", "ផ្តាសាយ", "ឈឺសន្លាក់", "លើសជាតិខ្លាញ់"),
}
_ADVICE = {
    "dev-en": (
        "Drink plenty of water and rest.",
        "Return after 7 days with this prescription.",
        "Low salt diet.",
    ),
    "gate-en": (
        "Avoid spicy food and alcohol.",
        "Come back in two weeks for follow up.",
        "Exercise 30 minutes a day.",
    ),
    "dev-fr": ("Boire beaucoup d'eau.", "Revenir en consultation dans 8 jours."),
    "gate-fr": ("Repos pendant 3 jours.", "Régime pauvre en sel."),
    "dev-km": ("សូមទទួលទានទឹកឱ្យបានច្រើន។", "សូមមកពិនិត្យឡើងវិញក្រោយ៧ថ្ងៃ។"),
    "gate-km": ("សូមសម្រាកឱ្យបានគ្រប់គ្រាន់។", "កុំទទួលទានអាហារហឹរ និងស្រា។"),
}


def remark(rng: Random, half: str, lang: str) -> str:
    """A laboratory's comment."""
    return rng.choice(_REMARKS[f"{half}-{lang}"])


def diagnosis(rng: Random, half: str, lang: str) -> str:
    """A diagnosis."""
    return rng.choice(_DIAGNOSES[f"{half}-{lang}"])


def advice(rng: Random, half: str, lang: str) -> str:
    """Advice to the patient."""
    return rng.choice(_ADVICE[f"{half}-{lang}"])
