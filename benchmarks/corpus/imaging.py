"""Imaging reports: invented but ordinary wording, in English, French and partly Khmer."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random


@dataclass(frozen=True)
class Study:
    """One examination: printed modality and region, technique, sentences to draw from."""

    modality: str
    region: str
    title: str
    technique: str
    indications: tuple[str, ...]
    normal: tuple[str, ...]
    abnormal: tuple[str, ...]
    normal_end: str
    abnormal_end: tuple[str, ...]


_CXR = Study(
    "X-ray",
    "Chest",
    "CHEST X-RAY (PA VIEW)",
    "Single PA projection, full inspiration.",
    ("Cough for three weeks", "Fever and dyspnea", "Pre-employment check"),
    (
        "The heart size is normal.",
        "The costophrenic angles are clear.",
        "No pleural effusion is seen.",
        "The mediastinum is not widened.",
        "The bony thorax is intact.",
        "No pneumothorax.",
    ),
    (
        "Patchy opacity in the right lower lobe.",
        "Reticulonodular infiltrates in both upper lobes.",
        "Blunting of the left costophrenic angle.",
        "Cardiothoracic ratio is 0.58.",
    ),
    "Normal chest radiograph.",
    (
        "Right lower lobe pneumonia.",
        "Findings suggestive of pulmonary tuberculosis, sputum AFB advised.",
        "Small left pleural effusion.",
        "Mild cardiomegaly.",
    ),
)
_US = Study(
    "Ultrasound",
    "Abdomen",
    "ABDOMINAL ULTRASOUND",
    "Curvilinear probe 3.5 MHz, fasting patient.",
    ("Right upper quadrant pain", "Epigastric pain", "Routine check up"),
    (
        "Liver is normal in size and echotexture.",
        "Gallbladder is thin walled, without stone.",
        "The common bile duct measures 4 mm.",
        "Spleen measures 9.8 cm.",
        "Both kidneys are normal in size.",
        "No free fluid in the abdomen.",
        "Pancreas is unremarkable.",
    ),
    (
        "Liver shows increased echogenicity.",
        "Multiple gallstones, the largest measuring 12 mm.",
        "Right renal stone of 7 mm in the lower pole.",
        "Mild left hydronephrosis.",
    ),
    "Normal abdominal ultrasound.",
    (
        "Fatty liver, grade I.",
        "Gallstones without cholecystitis.",
        "Right nephrolithiasis.",
        "Mild left hydronephrosis, CT recommended.",
    ),
)
_CT = Study(
    "CT scan",
    "Brain",
    "CT SCAN OF THE BRAIN",
    "Axial slices of 5 mm without contrast injection.",
    ("Severe headache", "Head trauma after traffic accident", "Right sided weakness"),
    (
        "No intracranial hemorrhage.",
        "Ventricles and sulci are normal for age.",
        "No midline shift.",
        "The basal cisterns are preserved.",
        "No skull fracture is seen.",
    ),
    (
        "Hypodense area in the left middle cerebral artery territory.",
        "Crescent shaped hyperdensity over the right convexity, 8 mm thick.",
        "Midline shift of 4 mm to the left.",
    ),
    "No acute intracranial abnormality.",
    ("Left middle cerebral artery infarction.", "Right acute subdural hematoma."),
)
_KNEE = Study(
    "MRI",
    "Right knee",
    "MRI OF THE RIGHT KNEE",
    "Sagittal PD FS, coronal T1 and axial T2 sequences.",
    ("Knee pain after football", "Locking of the knee"),
    (
        "The cruciate ligaments are intact.",
        "No bone marrow edema.",
        "Lateral meniscus is normal.",
        "The articular cartilage is preserved.",
        "No popliteal cyst.",
    ),
    ("Horizontal tear of the posterior horn of the medial meniscus.", "Moderate joint effusion."),
    "Normal MRI of the right knee.",
    ("Grade III tear of the medial meniscus.", "Moderate joint effusion without ligament tear."),
)
_RX = Study(
    "Radiographie",
    "thorax",
    "RADIOGRAPHIE DU THORAX",
    "Cliché de face debout, en inspiration profonde.",
    ("Toux fébrile", "Bilan préopératoire", "Dyspnée d'effort"),
    (
        "Silhouette cardiaque de volume normal.",
        "Culs-de-sac pleuraux libres.",
        "Absence d'épanchement pleural.",
        "Pas de foyer parenchymateux visible.",
        "Cadre osseux sans anomalie.",
        "Médiastin centré.",
    ),
    (
        "Opacité alvéolaire de la base droite.",
        "Infiltrats micronodulaires des deux sommets.",
        "Comblement du cul-de-sac pleural gauche.",
        "Index cardiothoracique à 0,57.",
    ),
    "Radiographie thoracique normale.",
    (
        "Pneumopathie de la base droite.",
        "Aspect évocateur de tuberculose pulmonaire.",
        "Épanchement pleural gauche de faible abondance.",
        "Cardiomégalie modérée.",
    ),
)
_ECHO = Study(
    "Échographie",
    "abdomen",
    "ÉCHOGRAPHIE DE L'ABDOMEN",
    "Sonde convexe 3,5 MHz, patient à jeun.",
    ("Douleur de l'hypochondre droit", "Bilan de lithiase", "Douleurs abdominales"),
    (
        "Foie de taille normale, de contours réguliers.",
        "Vésicule biliaire alithiasique, à paroi fine.",
        "Voie biliaire principale de 4 mm.",
        "Rate homogène, mesurant 10,2 cm.",
        "Reins de taille normale.",
        "Absence d'épanchement intrapéritonéal.",
        "Pancréas d'aspect normal.",
    ),
    (
        "Foie hyperéchogène, mesurant 16,5 cm.",
        "Lithiase vésiculaire de 9 mm.",
        "Calcul rénal gauche de 6 mm.",
        "Dilatation pyélocalicielle droite modérée.",
    ),
    "Échographie abdominale normale.",
    ("Stéatose hépatique.", "Lithiase vésiculaire simple.", "Lithiase rénale gauche."),
)
_TDM = Study(
    "Scanner",
    "crâne",
    "SCANNER DU CRÂNE",
    "Coupes axiales de 5 mm sans injection de produit de contraste.",
    ("Céphalées aiguës", "Traumatisme crânien", "Déficit moteur gauche"),
    (
        "Pas de lésion hémorragique.",
        "Système ventriculaire de taille normale.",
        "Ligne médiane en place.",
        "Absence de fracture de la voûte.",
        "Citernes de la base libres.",
    ),
    (
        "Hypodensité cortico-sous-corticale pariétale droite.",
        "Hyperdensité spontanée lenticulaire gauche de 22 mm.",
        "Déviation de la ligne médiane de 5 mm.",
    ),
    "Scanner cérébral sans anomalie décelable.",
    ("Accident ischémique sylvien droit.", "Hématome lenticulaire gauche."),
)
_IRM = Study(
    "IRM",
    "rachis lombaire",
    "IRM DU RACHIS LOMBAIRE",
    "Séquences sagittales T1, T2 et STIR, axiales T2.",
    ("Lombosciatique gauche", "Lombalgies chroniques"),
    (
        "Cône médullaire de signal normal.",
        "Corps vertébraux de hauteur conservée.",
        "Absence d'anomalie de signal osseux.",
        "Canal lombaire de calibre normal.",
    ),
    ("Hernie discale L4-L5 postérolatérale gauche.", "Discopathie dégénérative L5-S1 Modic 1."),
    "IRM lombaire normale.",
    ("Hernie discale L4-L5 gauche conflictuelle.", "Discopathie L5-S1."),
)
_KM_CXR = Study(
    "ថតកាំរស្មីអ៊ិច",
    "សួត",
    "ថតកាំរស្មីអ៊ិច សួត",
    "ថតពីមុខ ក្នុងពេលដកដង្ហើមចូល។",
    ("ក្អករយៈពេលបីសប្តាហ៍", "ក្តៅខ្លួន និងហត់"),
    ("បេះដូងមានទំហំធម្មតា។", "មិនឃើញមានទឹកក្នុងស្រោមសួតទេ។", "សួតទាំងពីរមិនមានអ្វីប្លែកទេ។", "ឆ្អឹងជំនីរធម្មតា។"),
    ("មានស្រអាប់នៅសួតខាងស្តាំផ្នែកក្រោម។", "បេះដូងមានទំហំធំជាងធម្មតា។"),
    "សួតធម្មតា។",
    ("រលាកសួតខាងស្តាំ។", "បេះដូងរីកធំ។"),
)
_KM_US = Study(
    "អេកូសាស្ត្រ",
    "ពោះ",
    "អេកូសាស្ត្រ ពោះ",
    "ពិនិត្យពេលអត់អាហារ។",
    ("ឈឺពោះផ្នែកខាងលើ", "ពិនិត្យសុខភាពទូទៅ"),
    (
        "ថ្លើមមានទំហំធម្មតា។",
        "ថង់ទឹកប្រមាត់មិនមានគ្រួសទេ។",
        "តម្រងនោមទាំងពីរធម្មតា។",
        "លំពែងធម្មតា។",
        "មិនមានទឹកក្នុងពោះទេ។",
    ),
    ("មានគ្រួសក្នុងថង់ទឹកប្រមាត់ ទំហំ 10 mm។", "ថ្លើមមានជាតិខ្លាញ់។"),
    "អេកូពោះធម្មតា។",
    ("គ្រួសក្នុងថង់ទឹកប្រមាត់។", "ខ្លាញ់ក្នុងថ្លើមកម្រិតទី១។"),
)

_STUDIES = {
    ("dev", "en"): (_CXR, _US),
    ("gate", "en"): (_CT, _KNEE),
    ("dev", "fr"): (_ECHO, _RX),
    ("gate", "fr"): (_TDM, _IRM),
    ("dev", "km"): (_KM_CXR, _KM_US),
    ("gate", "km"): (_KM_US, _KM_CXR),
}


@dataclass(frozen=True)
class Report:
    """A drawn report: the study and its texts."""

    study: Study
    indication: str
    findings: list[str]
    impression: str

    @property
    def text(self) -> str:
        """The findings as one text."""
        return " ".join(self.findings)


def report(rng: Random, half: str, lang: str) -> Report:
    """A random report of the half in a language (en, fr, km)."""
    study = rng.choice(_STUDIES[half, lang])
    normal = list(study.normal)
    rng.shuffle(normal)
    if rng.random() < 0.35:
        return Report(study, rng.choice(study.indications), normal[:5], study.normal_end)
    n = rng.randrange(min(len(study.abnormal), len(study.abnormal_end)))
    findings = [study.abnormal[n], *normal[: rng.randint(3, 5)]]
    return Report(study, rng.choice(study.indications), findings, study.abnormal_end[n])
