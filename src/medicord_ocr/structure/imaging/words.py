"""The words of imaging reports in English, French and Khmer (medical/patterns.md section 4).

Patterns match folded text (:func:`medicord_ocr.structure.line.fold_line`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Literal

from medicord_ocr.khmer import fold, has_khmer
from medicord_ocr.structure.labels import skeleton
from medicord_ocr.structure.line import alternatives, fold_line

Section = Literal[
    "indication", "technique", "comparison", "findings", "impression", "advice", "diagnosis"
]

_END = r"(?![a-z])"
_START = r"(?<![a-z])"


def _words(latin: str, *khmer: str) -> re.Pattern[str]:
    parts = [rf"{_START}(?:{latin}){_END}"] if latin else []
    parts += [alternatives(*khmer)] if khmer else []
    return re.compile("|".join(parts))


#: What is examined how: pattern, English word, and the body part that the word itself names.
#: The more special come first: an echocardiography is no echography of something.
MODALITIES: tuple[tuple[re.Pattern[str], str, str | None], ...] = (
    (
        _words(
            r"echo-?cardiogra\w*|cardiac (?:echo\w*|ultrasound)|echo(?:graphie)? (?:doppler )?"
            r"(?:cardiaque|du coeur|coeur)|ett|tte",
            "អេកូបេះដូង", "អេកូសាស្ត្របេះដូង", "អេកូសាស្រ្តបេះដូង",
        ),
        "Echocardiography",
        "Heart",
    ),
    (_words(r"mammogra\w*|mammo", "ម៉ាមូក្រាហ្វ", "ថតសុដន់"), "Mammography", "Breast"),
    (_words(r"bronchoscop\w*|fibroscopie bronchique"), "Endoscopy", "Bronchi"),
    (
        _words(
            r"[a-z]{0,2}eso-?gastro-?duodeno-?scop\w*|fogd|ogd|egd"
            r"|upper (?:gi|digestive) endoscop\w*|endoscopie digestive haute"
            r"|fibroscopie (?:[a-z]{0,2}eso-?gastro-?duoden\w+|digestive haute)"
        ),
        "Endoscopy",
        "Upper GI tract",
    ),
    (
        _words(r"gastroscop\w*|fibroscopie gastrique|fibroscopie", "ឆ្លុះក្រពះ", "ឆ្លុះក្រពះពោះវៀន"),
        "Endoscopy",
        "Stomach",
    ),
    (_words(r"(?:ileo-?)?colonoscop\w*|coloscop\w*", "ឆ្លុះពោះវៀនធំ"), "Endoscopy", "Colon"),
    (_words(r"endoscop\w*", "អង់ដូស្កុប", "ឆ្លុះពោះវៀន"), "Endoscopy", None),
    (_words(r"electrocardiogra\w*|ecg|ekg", "អេឡិចត្រូបេះដូង"), "ECG", "Heart"),
    (
        _words(
            r"mri|mr imaging|irm|magnetic resonance(?: imaging)?|imagerie par resonance magnetique"
            r"|mra|mrcp|bili-?irm",
            "អឹមអរអាយ", "អឹមអាអាយ", "អ៊ឹមអាអាយ", "អេមអរអាយ", "អឹម អរ អាយ",
        ),
        "MRI",
        None,
    ),
    (_words(r"pet[ -/]?ct|pet[- ]scan"), "PET-CT", None),
    (_words(r"uro-?scanner|uro-?ct|ct[- ]?urogra\w*"), "CT", "Urinary tract"),
    (
        _words(
            r"ct|cta|hrct|ct[ -]?scan(?:ner)?|computed tomogra\w*|tdm|scanner|angio-?scanner"
            r"|tomodensitometr\w*|scanograph\w*|cat scan",
            "ស៊ីធីស្កែន", "ស៊ីធីស្កេន", "ស៊ីធី", "ស្កែន", "ស្កេន",
        ),
        "CT",
        None,
    ),
    (_words(r"cxr|telethorax"), "X-ray", "Chest"),
    (_words(r"asp|abdomen sans preparation|kub(?=.{0,4}x-?ray)"), "X-ray", "Abdomen"),
    (_words(r"panoramique dentaire|orthopantomogra\w*|opg"), "X-ray", "Teeth"),
    (_words(r"hystero-?salpingogra\w*|hsg"), "X-ray", "Uterus"),
    (_words("", "ថតសួត"), "X-ray", "Chest"),
    (
        _words(
            r"x[- ]?rays?|radiogra(?:ph(?:y|ie|ies|ique|s)?|m)|plain films?|radios?|rx(?= ?[a-z])"
            r"|cliche(?: simple)?|skiagra\w*",
            "ថតកាំរស្មីអ៊ិច", "ថតកាំរស្មី", "ថតកាំរស្មីអិច", "កាំរស្មីអ៊ិច", "កាំរស្មីអិច", "ថតអ៊ិច", "ថតហ្វីល",
        ),
        "X-ray",
        None,
    ),
    (
        _words(
            r"ultra-?sounds?|ultrasonogra\w*|sonogra\w*|echogra\w*|echotomogra\w*|us|usg|echos?"
            r"|(?:echo-?)?doppler",
            "អេកូសាស្ត្រ", "អេកូសាស្រ្ត", "អេកូ", "អ៊ុលត្រាសោន",
        ),
        "Ultrasound",
        None,
    ),
    (_words(r"bone densit\w*|osteodensitometr\w*|dexa|dxa"), "DEXA", None),
    (_words(r"scintigra\w*|bone scan"), "Scintigraphy", None),
    (_words(r"fluoroscop\w*|barium \w+|transit (?:oeso\w*|baryte)"), "Fluoroscopy", None),
)  # fmt: skip
#: A body part by the words of its titles; combinations and special parts first.
BODY_PARTS: tuple[tuple[re.Pattern[str], str], ...] = (
    (_words(r"thoraco-?abdomino?-?pelvi\w*|chest,? abdomen,? (?:and|&) pelvis|tap"),
     "Chest, abdomen and pelvis"),
    (_words(r"thoraco-?abdomin\w*"), "Chest and abdomen"),
    (_words(r"abdomin(?:o|al|e)(?:\s?(?:-|and|et|&|/|\+)\s?)?pelvi\w*"
            r"|abdomen (?:and|et|&|/|\+) pelvi\w*"
            r"|abdomin\w* (?:and|et|&) pelvi\w*", "ពោះ និងអាងត្រគាក", "ពោះនិងអាងត្រគាក"),
     "Abdomen and pelvis"),
    (_words(r"cervical spine|rachis cervical|c-?spine|cervical vertebr\w*", "ឆ្អឹងកញ្ចឹងក",
            "ឆ្អឹងក"), "Cervical spine"),
    (_words(r"(?:thoracic|dorsal) spine|rachis dorsal"), "Thoracic spine"),
    (_words(r"lumbo-?sacr\w*(?: spine)?|lumbar spine|l-?s spine|rachis lombaire|rachis lombo-?sacre"
            r"|lombaires?|lumbar", "ឆ្អឹងចង្កេះ", "ចង្កេះ"), "Lumbar spine"),
    (_words(r"spine|spinal|rachis|vertebr\w*|colonne vertebrale", "ឆ្អឹងខ្នង"), "Spine"),
    (_words(r"sinus(?:es)?|paranasal", "សាំនុស", "ស៊ីនុស"), "Sinuses"),
    (_words(r"brain|cerebr(?:al|ale|aux)|encephal\w*|cranio-?encephal\w*|cerveau|head ct",
            "ខួរក្បាល"), "Brain"),
    (_words(r"skull|crane|cranien\w*", "លលាដ៍ក្បាល"), "Skull"),
    (_words(r"head|tete", "ក្បាល"), "Head"),
    (_words(r"thyroid\w*", "ក្រពេញទីរ៉ូអ៊ីត", "ទីរ៉ូអ៊ីត"), "Thyroid"),
    (_words(r"breasts?|seins?|mammaires?", "សុដន់", "ដោះ"), "Breast"),
    (_words(r"chest|thora(?:x|cique|cic)|lungs?|pulmonary|pulmonaires?|poumons?|pleur\w+",
            "សួត", "ទ្រូង", "ដើមទ្រូង", "ប្រអប់ទ្រូង"), "Chest"),
    (_words(r"heart|cardiac|cardiaque|coeur", "បេះដូង"), "Heart"),
    (_words(r"obstetric\w*|pregnan\w*|grossesse|foet\w*|fetal|fetus|antenatal|prenatal",
            "មានផ្ទៃពោះ", "ផ្ទៃពោះ", "ទារក", "គភ៌"), "Obstetric"),
    (_words(r"urinary tract|voies urinaires|arbre urinaire|kub|appareil urinaire|reno-?vesical\w*"
            r"|urinary system", "ប្រព័ន្ធទឹកនោម", "ផ្លូវទឹកនោម"), "Urinary tract"),
    (_words(r"liver|hepat\w+|foie", "ថ្លើម"), "Liver"),
    (_words(r"kidneys?|renal\w*|reins?|renales?", "តម្រងនោម"), "Kidneys"),
    (_words(r"prostat\w*", "ប្រូស្តាត"), "Prostate"),
    (_words(r"scrot\w+|testi\w+|testicul\w*", "ពងស្វាស"), "Scrotum"),
    (_words(r"uter\w+", "ស្បូន"), "Uterus"),
    (_words(r"pelvi(?:s|c|en|enne)|bassin", "អាងត្រគាក", "ឆ្អឹងអាងត្រគាក"), "Pelvis"),
    (_words(r"abdom\w+", "ពោះ"), "Abdomen"),
    (_words(r"shoulders?|epaules?", "ស្មា"), "Shoulder"),
    (_words(r"elbows?|coudes?", "កែងដៃ"), "Elbow"),
    (_words(r"forearms?|avant-?bras", "កំភួនដៃ"), "Forearm"),
    (_words(r"wrists?|poignets?", "កដៃ"), "Wrist"),
    (_words(r"fingers?|doigts?", "ម្រាមដៃ"), "Finger"),
    (_words(r"hands?|mains?", "ដៃ"), "Hand"),
    (_words(r"humerus|upper arm|bras"), "Arm"),
    (_words(r"hips?|hanches?", "ត្រគាក"), "Hip"),
    (_words(r"knees?|genoux?", "ជង្គង់"), "Knee"),
    (_words(r"ankles?|chevilles?", "កជើង"), "Ankle"),
    (_words(r"toes?|orteils?", "ម្រាមជើង"), "Toe"),
    (_words(r"foot|feet|pieds?", "ប្រអប់ជើង", "បាតជើង"), "Foot"),
    (_words(r"femur|thighs?|cuisses?|femoral", "ភ្លៅ"), "Thigh"),
    (_words(r"legs?|tibia|fibula|jambes?|lower limbs?|membres? inferieurs?",
            "កំភួនជើង", "ជើង"), "Leg"),
    (_words(r"neck|cou|cervical\w*|carotid\w*"), "Neck"),
    (_words(r"ribs?|cotes?", "ឆ្អឹងជំនី"), "Ribs"),
    (_words(r"teeth|tooth|dental|dentaire|dents?", "ធ្មេញ"), "Teeth"),
    (_words(r"orbits?|eyes?|oculaire", "ភ្នែក"), "Eye"),
    (_words(r"stomach|estomac|gastri\w+", "ក្រពះ"), "Stomach"),
    (_words(r"colon|intestin\w*", "ពោះវៀន"), "Colon"),
    (_words(r"soft tissues?|parties molles"), "Soft tissue"),
    (_words(r"whole[- ]body|corps entier"), "Whole body"),
)  # fmt: skip
SIDES: tuple[tuple[re.Pattern[str], str], ...] = (
    (_words(r"bilateral\w*|both|les deux", "ទាំងសងខាង", "ទាំងពីរ"), "bilateral"),
    (_words(r"right|rt|droite?s?", "ស្តាំ", "ខាងស្តាំ"), "right"),
    (_words(r"left|lt|gauches?", "ឆ្វេង", "ខាងឆ្វេង"), "left"),
)
#: What findings are told of: parts of the body that no examination is named after stand here.
ORGANS = _words(
    r"lobes?|isthmus|isthme|gall\s?bladder|vesicule|bile ducts?|cbd|vbp|voies biliaires|pancreas"
    r"|spleen|rate|portal vein|veine porte|aorta|aorte|bladder|vessie|ovar(?:y|ies)|ovaires?"
    r"|endometri\w+|endometre|myometri\w+|adnexa\w*|annexes|douglas|cervix|col|placenta|cord"
    r"|amniotic fluid|liquide amniotique|f(?:o?e)tal \w+|f(?:o?e)tus|presentation|bpd|hc|ac|fl|bip"
    r"|bones?|joints?|soft tissues|os|articulations?|mediastin\w+|diaphragm\w*|hila|hiles?|costo\w+"
    r"|pericard\w+|(?:left |right )?(?:ventric\w+|atri\w+|oreillettes?)|valves?|valvules?|septum"
    r"|wall motion|mitral\w*|aortic\w*|tricuspid\w*|lve?f|feve?|lvedd|lvesd|oesoph\w+|esoph\w+"
    r"|cardia|fundus|antrum|antre|pylor\w+|duoden\w+|bulb\w*|disc|menis\w+|ligaments?|adrenals?"
    r"|surrenales?|lymph nodes|ganglions|sellar? \w+|cerebell\w+|brainstem|[clt]\d\s?-\s?[clts]?\d"
    r"|ascites|ascite|appendi\w+|arter(?:y|ies|es?)|veins?|veines?|carotid\w*|[ci]ca|eca|lv|rv|vg",
    "ថង់ទឹកប្រមាត់", "លំពែង", "អណ្តើក", "ប្លោកនោម", "អូវែរ", "អូវែ", "ដៃស្បូន", "សុក", "ទឹកភ្លោះ", "បំពង់អាហារ",
)  # fmt: skip
#: A measure as findings give it: with a unit of length, area, volume, rate or share.
MEASURE = re.compile(r"\d\s?(?:mm|cm|ml|cc|m/s|mmhg|bpm|%|cm2|g)(?![a-z])")
#: What is said of an organ in one word.
STATE = _words(
    r"normal\w*|normaux|clear|unremarkable|intact|preserved|enlarged|dilated|homogeneous|homogenes?"
    r"|libres?|integres?|absent|present|sans|pas|no|not|nil",
    "ធម្មតា",
    "មិន",
    "គ្មាន",
    "មាន",
)
#: Headings of sections, matched folded and without spaces, a wrong letter in six forgiven.
_HEADINGS: Mapping[Section, str] = {
    "indication": "Indication;Indications;Clinical indication;Clinical information;Clinical info;"
    "Clinical history;Clinical data;Clinical details;Clinical notes;History;Reason for exam;"
    "Reason for examination;Reason for study;Reason for request;Purpose;Clinical;Motif;"
    "Motif de l'examen;Renseignements cliniques;"
    "Renseignement clinique;Contexte clinique;Contexte;Histoire clinique;Clinical diagnosis;"
    "មូលហេតុ;មូលហេតុនៃការពិនិត្យ;មូលហេតុពិនិត្យ;ព័ត៌មានគ្លីនិក;រោគសញ្ញា;ប្រវត្តិជំងឺ;អាការៈ;"
    "ហេតុផលនៃការពិនិត្យ",
    "technique": "Technique;Techniques;Technic;Protocol;Protocole;Method;Methods;Méthode;Incidence;"
    "Incidences;View;Views;Projection;Projections;Technique d'examen;Technique of examination;"
    "Procedure;Scanning technique;Sequences;Séquences;Acquisition;បច្ចេកទេស;វិធីសាស្ត្រ;បច្ចេកទេសថត",
    "comparison": "Comparison;Compared with;Comparaison;Examen antérieur;Examens antérieurs;"
    "Previous study;Prior study;Prior studies;ការប្រៀបធៀប;ប្រៀបធៀប",
    "findings": "Findings;Finding;Report;Description;Descriptions;Result;Results;Résultat;"
    "Résultats;Constatations;Constatation;Aspect;Observation;Observations;Imaging findings;"
    "Radiological findings;Radiographic findings;Ultrasound findings;Sonographic findings;"
    "Description des images;Compte rendu;Compte-rendu;Analyse;Description radiologique;"
    "On a observé;Lecture;Images;Détails;Details;Sonographic report;Ultrasound report;"
    "Description of findings;Detailed findings;Findings and impression;Findings & impression;"
    "Findings and conclusion;Findings & conclusion;Résultats et conclusion;Résultat et conclusion;"
    "អ្វីដែលឃើញ;អ្វីដែលរកឃើញ;របកគំហើញ;សេចក្តីពិពណ៌នា;ពិនិត្យឃើញ;"
    "លទ្ធផល;លទ្ធផលពិនិត្យ;លទ្ធផលនៃការពិនិត្យ;លទ្ធផលរកឃើញ;លទ្ធផលពិនិត្យឃើញ;"
    "ការពិពណ៌នា;ការពណ៌នា;ពិពណ៌នា;បរិយាយ;ការបរិយាយ;ការរកឃើញ;រកឃើញ;ការសង្កេត;លទ្ធផលថត;លទ្ធផលអេកូ",
    "impression": "Impression;Impressions;Imp;Conclusion;Conclusions;Opinion;Au total;Synthèse;"
    "Interprétation;Interpretation;Summary;En conclusion;En résumé;Diagnostic impression;"
    "Radiological diagnosis;Radiological impression;Endoscopic diagnosis;Echographic diagnosis;"
    "Sonographic diagnosis;Diagnostic échographique;Diagnostic radiologique;"
    "Diagnostic endoscopique;"
    "Final diagnosis;Post-procedure diagnosis;CONC;Ccl;In summary;In conclusion;Overall impression;"
    "Avis;Pour conclure;Imaging diagnosis;Ultrasound diagnosis;"
    "Conclusion diagnostique;Impression diagnostique;សន្និដ្ឋាន;សេចក្តីសន្និដ្ឋាន;ការសន្និដ្ឋាន;យោបល់;"
    "សេចក្តីសន្និដ្ឋានចុងក្រោយ;សេចក្តីសន្និដ្ឋាន និងយោបល់;ការវាយតម្លៃ",
    "diagnosis": "Diagnosis;Diagnoses;Diagnostic;Diagnostics;Diagnosis (Dx);Dx;រោគវិនិច្ឆ័យ;រោគវិនិច្ឆយ",
    "advice": "Recommendation;Recommendations;Advice;Suggestion;Recommandation;Recommandations;"
    "Conseil;Conseils;Conduite à tenir;CAT;Plan;Suggest;Suggests;Suggestions;Advise;Advised;"
    "Recommend;Recommended;Management;Follow-up;Follow up;Suivi;Surveillance;Proposition;"
    "ការណែនាំ;អនុសាសន៍;ណែនាំ;Remark;Remarks;Remarque;Note",
}
_NEAR_HEADING = 6
_LONG_HEADING = 10
#: Longest heading in characters; no text of that length is looked up.
_HEADING_LETTERS = 60
#: Least consonants of a Khmer heading matched by them, and their least likeness (0-100): two of
#: six lost still match, one other consonant in four does not.
_SKELETON, _SKELETON_RATIO = 4, 80


@cache
def _aliases() -> Mapping[str, Section]:
    return {
        fold(alias).replace(" ", ""): section
        for section, aliases in _HEADINGS.items()
        for alias in aliases.split(";")
    }


def section_of(heading: str) -> Section | None:
    """Which section a heading opens, None where it is none; in two languages, either tells."""
    if len(heading) > _HEADING_LETTERS:
        return None
    for part in dict.fromkeys((heading, *re.split(r"[/|()]", heading))):
        section = _aliases().get(fold(part).replace(" ", ""))
        if section is not None:
            return section
    key = fold(heading).replace(" ", "")
    return _near_section(key) or _skeleton_section(key)


def _skeleton_section(key: str) -> Section | None:
    """A Khmer heading whose marks were lost: by its consonants, where one section is that near."""
    bones = skeleton(key)
    if not has_khmer(key) or len(bones) < _SKELETON or re.search(r"[a-z0-9]", key):
        return None
    from rapidfuzz import fuzz

    near = {
        section
        for alias, section in _skeletons().items()
        if fuzz.ratio(alias, bones) >= _SKELETON_RATIO
    }
    return near.pop() if len(near) == 1 else None


@cache
def _skeletons() -> Mapping[str, Section]:
    found = {skeleton(alias): name for alias, name in _aliases().items() if has_khmer(alias)}
    return {bones: name for bones, name in found.items() if len(bones) >= _SKELETON}


@cache
def _long_aliases() -> tuple[str, ...]:
    return tuple(alias for alias in _aliases() if len(alias) >= _NEAR_HEADING)


def _near_section(key: str) -> Section | None:
    if len(key) < _NEAR_HEADING:
        return None
    from rapidfuzz import process
    from rapidfuzz.distance import Levenshtein

    reach = 1 if len(key) < _LONG_HEADING else 2
    found = process.extract(
        key, _long_aliases(), scorer=Levenshtein.distance, score_cutoff=reach, limit=4
    )
    sections = {_aliases()[alias] for alias, _, _ in found}
    return sections.pop() if len(sections) == 1 else None


def standard_region(text: str) -> str | None:
    """The English name of the body part that a text in any of the three languages names."""
    folded = fold_line(text)
    return next((name for pattern, name in BODY_PARTS if pattern.search(folded)), None)


def standard_modality(text: str) -> str | None:
    """The English name of the modality that a text in any of the three languages names."""
    folded = fold_line(text)
    return next((name for pattern, name, _ in MODALITIES if pattern.search(folded)), None)
