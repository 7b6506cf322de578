"""What stands in and around a laboratory table and is no result: titles, comments, sign-offs."""

from __future__ import annotations

import re
from functools import cache

from rapidfuzz import fuzz, process

from medicord_ocr.khmer import fold, has_khmer

_TITLES = """
hematology; haematology; hematologie; hemogramme; hemogram; nfs; cbc; complete blood count;
full blood count; fbc; numeration formule sanguine; numeration globulaire;
formule leucocytaire; differential count; differential; wbc differential; leukocyte formula;
biochemistry; biochimie; biochimistry; clinical chemistry; chemistry; chimie;
clinical biochemistry; chimie clinique; biochimie sanguine; blood chemistry; lipid profile;
lipids; lipid panel; bilan lipidique; lipides; liver function test; liver function tests;
liver function; liver panel; bilan hepatique; renal function; renal function test;
kidney function; kidney function test; bilan renal; fonction renale; electrolytes;
electrolyte; ionogramme; ionogramme sanguin; serology; serologie; immunology; immunologie;
immuno serology; immunoserology; serology immunology; hormones; hormone; hormonology;
hormonologie; endocrinology; thyroid; thyroid function; thyroid function test;
bilan thyroidien; coagulation; hemostasis; haemostasis; hemostase; coagulation test;
urinalysis; urine analysis; urine; urines; analyse d urine; analyse d urines;
analyse des urines; examen d urine; examen des urines; urine examination; urine test; ecbu;
examen cytobacteriologique des urines; examen cytobacteriologique;
chimie urinaire; bandelette urinaire; urine strip; urine dipstick; dipstick;
urine microscopy; microscopy; microscopie; microscopic examination; examen microscopique;
sediment; urine sediment; culot urinaire; sediment urinaire; physical examination;
chemical examination; examen physique; examen chimique; examen macroscopique; macroscopy;
microbiology; microbiologie; bacteriology; bacteriologie; parasitology; parasitologie;
mycology; mycologie; virology; virologie; stool examination; stool analysis; stool;
examen des selles; coproculture; culture; culture and sensitivity; antibiogram;
antibiogramme; antibiotic susceptibility; antibiotic susceptibility test; susceptibility;
tumor markers; tumour markers; marqueurs tumoraux; cardiac markers; marqueurs cardiaques;
blood gas; blood gases; gaz du sang; blood bank; immunohematology; immunohematologie;
infectious serology; infectious diseases; rapid test; rapid tests; tests rapides;
glucose metabolism; diabetes; bilan glucidique; iron studies; bilan martial;
bilan inflammatoire; inflammation; enzymes; enzymologie; proteins; protein; vitamins;
vitamines; allergy; molecular biology; biologie moleculaire; toxicology; toxicologie;
blood test; blood tests; bilan sanguin; body fluid; csf; lcr; semen analysis; spermogramme;
hepatitis; hepatitis markers; hepatites; torch; dengue; malaria; widal; widal test;
electrophoresis; electrophorese; red blood cells; white blood cells; platelets;
globules rouges; globules blancs; plaquettes; serie rouge; serie blanche; serie plaquettaire;
ឈាមសាស្ត្រ; លោហិតវិទ្យា; រោគឈាមសាស្ត្រ; ជីវគីមី; ជីវគីមីវិទ្យា; គីមីជីវៈ; ជីវគីមីឈាម;
គីមីសាស្ត្រ; ទឹកនោម; វិភាគទឹកនោម; ពិនិត្យទឹកនោម; សេរ៉ូម; សេរ៉ូឡូស៊ី; សេរ៉ូសាស្ត្រ;
សេរ៉ូមសាស្ត្រ; ភាពស៊ាំ; ប្រព័ន្ធភាពស៊ាំ; បាក់តេរីសាស្ត្រ; មីក្រូជីវសាស្ត្រ;
អតិសុខុមជីវសាស្ត្រ; ប៉ារ៉ាស៊ីតសាស្ត្រ; បារ៉ាស៊ីតសាស្ត្រ; លាមក; ពិនិត្យលាមក; អ័រម៉ូន; កំណកឈាម;
មុខងារថ្លើម; មុខងារតម្រងនោម; មុខងារតម្រងនោម; ខ្លាញ់ក្នុងឈាម; ជាតិខ្លាញ់; អេឡិចត្រូលីត;
វីរុសសាស្ត្រ; ពិនិត្យឈាម; តេស្តឈាម; ឈាម; រាប់គ្រាប់ឈាម
"""
_URINE = re.compile(r"urin|ecbu|bandelette|dipstick|ទឹកនោម")
_OTHER_SPECIMEN = re.compile(
    r"stool|selles|copro|faec|fec|csf|lcr|fluid|pus|sputum|crachat|semen|sperm|liquide|លាមក|កំហាក"
)
_NEUTRAL = re.compile(r"microscop|sediment|culot|physi|chemical|chimique|macroscop")
# The start of a line that comments on results, or tells how they were made.
_COMMENT_WORDS = r"""
comments?; commentaires?; notes?; nb; n b; remarks?; remarques?; interpretations?; conclusions?;
advice; conseils?; methods?; methodes?; technique; specimens?; samples?; sample type;
specimen type; prelevements?; echantillons?; nature; clinical; renseignements?; diagnosis;
diagnostic; according; selon; reference; references; source; please; veuillez;
results? (?:should|must|are|is); ce resultat; ces resultats; the result; this result;
a controler; to be; validated; valide; verified; verifie; approved; reported; performed;
signature; signed; technician; technicien; biologist; biologiste; checked; printed; imprime;
page; tel; phone; fax; email; e mail; www; http; address; adresse; patient; name; nom; prenom;
age; sex; sexe; gender; genre; dob; date; id; hn; ward; service; doctor; docteur; dr; prescri\w*;
requested; demande; collected; received; recu; preleve; collection; reception; report; rapport;
sampling; birth; ne le; nee le; laboratory; laboratoire; hospital; hopital; clinic; clinique;
end of report; fin du rapport; soit; equivalent; i e; h l; h high; legend; legende; abbreviation
"""
_COMMENT = re.compile(
    rf"(?:{'|'.join(word.strip() for word in _COMMENT_WORDS.split(';'))})\b".replace("\n", " ")
)
_COMMENT_KM = """
កំណត់សម្គាល់ សម្គាល់ ចំណាំ យោបល់ មតិ សន្និដ្ឋាន សេចក្តីសន្និដ្ឋាន ថ្ងៃ កាលបរិច្ឆេទ ឈ្មោះ អាយុ ភេទ លេខ ទូរស័ព្ទ
ទូរសព្ទ អាសយដ្ឋាន អ្នកជំងឺ គ្រូពេទ្យ វេជ្ជបណ្ឌិត បុគ្គលិក ត្រួតពិនិត្យ វិភាគដោយ អ្នកស្នើ ហត្ថលេខា រាជធានី
ភ្នំពេញ មន្ទីរពេទ្យ មន្ទីរពិសោធន៍ រោគវិនិច្ឆ័យ ប្រភព សំណាក
"""
_NOISE = re.compile(
    r"https?:|www\.|@|\b\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}\b|\b\d{1,2}:\d{2}\b"
    r"|\b\d{1,2}[- ][A-Za-z]{3,9}[- ]\d{4}\b"
    r"|\(?\+?855\)?|\b0\d{2}[ -]?\d{3}[ -]?\d{3,4}\b"
)


@cache
def _titles() -> tuple[str, ...]:
    return tuple(dict.fromkeys(folded for t in _TITLES.split(";") if (folded := fold(t))))


@cache
def _khmer_comments() -> tuple[str, ...]:
    return tuple(fold(word) for word in _COMMENT_KM.split())


def is_title(text: str) -> bool:
    """Whether the text is the title of a section of a report, in one language or two."""
    text = text.strip(" :*-–•")
    if re.search(r"[:=]", text):
        return False
    parts = [text, *re.split(r"[/|()–—]|\s-\s|^\d+\.", text)]
    khmer = " ".join(word for word in text.split() if has_khmer(word))
    other = " ".join(word for word in text.split() if not has_khmer(word))
    return any(_is_known_title(fold(part)) for part in (*parts, khmer, other))


def _is_known_title(folded: str) -> bool:
    if folded in _titles():
        return True
    spaceless = folded.replace(" ", "")
    if len(spaceless) > 3 and len(folded) > 1.4 * len(spaceless):  # H E M A T O L O G Y
        return spaceless in {title.replace(" ", "") for title in _titles()}
    return len(folded) > 7 and bool(
        process.extractOne(folded, _titles(), scorer=fuzz.ratio, score_cutoff=88.0)
    )


def urine_section(title: str | None) -> bool | None:
    """Whether a section is about urine; None when its title does not say (microscopy of what?)."""
    if title is None:
        return None
    folded = fold(title)
    if _URINE.search(folded):
        return True
    if _NEUTRAL.search(folded) or is_other_specimen(title) or not is_title(title):
        return None
    return False


def is_other_specimen(title: str | None) -> bool:
    """Whether a section is about neither blood nor urine: stool, sputum, a puncture."""
    return title is not None and _OTHER_SPECIMEN.search(fold(title)) is not None


def is_comment(text: str) -> bool:
    """Whether a row begins as a comment, a method, a sign-off or the patient's block does."""
    folded = fold(text)
    if _COMMENT.match(folded):
        return True
    return has_khmer(text) and folded.startswith(_khmer_comments())


def is_noise(text: str) -> bool:
    """Whether a text holds a date, a time, a telephone or a web address: no value of a test."""
    return _NOISE.search(text) is not None
