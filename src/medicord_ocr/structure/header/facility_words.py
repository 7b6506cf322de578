"""The words by which a facility's name is told from the rest of a letterhead."""

from __future__ import annotations

import re

from medicord_ocr.structure.labels import skeleton, terms

#: Keywords by weight: a hospital goes before the laboratory in it.
KEYWORDS = {
    6: terms(
        r"hospital|hopital|hospitalier|hosp|polyclinic|polyclinique|clinic|clinique|clinics"
        r"|medical cent(?:er|re)|centre medical|health cent(?:er|re)|centre de sante|health poste?"
        r"|maternity|maternite|institute|institut|dispensaire|infirmary|medical group",
        "មន្ទីរពេទ្យ|មណ្ឌលសុខភាព|ប៉ុស្តិ៍សុខភាព|គ្លីនិក|ពហុព្យាបាល|មន្ទីរសម្រាកព្យាបាល|មន្ទីរសំរាកព្យាបាល|វិទ្យាស្ថាន"
        "|មន្ទីរព្យាបាល|មណ្ឌលថែទាំ",
        exact=("clinics",),
    ),
    5: terms(
        r"cabinet|consulting room|diagnostic cent(?:er|re)|imaging cent(?:er|re)|centre d imagerie"
        r"|cent(?:er|re)",
        "បន្ទប់ពិគ្រោះ|បន្ទប់ពិនិត្យ|មជ្ឈមណ្ឌល",
    ),
    4: terms(
        r"laboratory|laboratories|laboratoire|laboratoires|[a-z]*labo?|labm|pharmacy|pharmacie",
        "មន្ទីរពិសោធន៍|ឱសថស្ថាន|មន្ទីរវិភាគ|មន្ទីរវេជ្ជសាស្ត្រ",
    ),
    3: terms(
        r"medical|healthcare|health care|dental|diagnostics|[a-z]*labs"
        r"|blood (?:bank|services?)|foundation|fondation|association",
        exact=("medical", "foundation", "fondation", "association", "diagnostics"),
    ),
}
#: What a line says that is no facility: titles, the kingdom, wards, people, contacts.
NO_FACILITY = terms(
    r"(?:medical|patient|health) (?:records?|history|file|card|forms?|information|certificate)"
    r"|dossier (?:medical|patient)|insurance|assurance|claims?"
    r"|reports?|results?|resultats?|rapport|compte rendu|bulletin|requests?|requisition|invoice"
    r"|receipt|facture|examination|findings|summary|prescriptions?|ordonnance|certificate"
    r"|certificat|kingdom of|royal government|royaume|nation religion|religion king|roi"
    r"|ministry|ministere|department|departement"
    r"|dept|operational district|(?<!medical )(?<!health )service"
    r"|unit|ward|salle|supervisor|technician|director|directeur"
    r"|manager|chief|chef|staff|doctor on duty|test|tests|page|copyright|www|http|https|e ?mail"
    r"|address|adresse|addr|tel|phone|telephone|fax|hotline|opening hours|licen[sc]e"
    r"|received|paid|copy|duplicata",
    "ព្រះរាជាណាចក្រ|ព្រះមហាក្សត្រ|ក្រសួង|មន្ទីរសុខាភិបាល|លទ្ធផល|លន្ធផល|របាយការណ៍|វេជ្ជបញ្ជា|ផ្នែក|អាសយដ្ឋាន"
    "|អាស័យដ្ឋាន|ទូរស័ព្ទ|ប្រធាន|នាយក|បុគ្គលិក|ស្រុកប្រតិបត្តិ|អ្នកជំងឺ|ព័ត៌មាន",
    exact=("service", "reports", "result", "results", "insurance", "claim", "claims"),
)
#: What ties a facility to another one, which issued nothing.
AFFILIATED = re.compile(
    r"\b(?:members? of|partners? (?:of|with)|partnership|affiliated|collaboration|accredited"
    r"|(?:supported|sponsored|funded|financed) by|(?:subsidiary|division) of"
    r"|membres? d[eu]s?|partenaires? d[eu]s?|(?:soutenu|finance) par|avec le soutien)\b"
)
#: Words of a letterhead that are not the name.
OFFICIAL = terms(
    r"kingdom of|royaume|nation religion|religion king|ministry|ministere|tel|phone|telephone|fax"
    r"|hotline|e ?mail|www|http|https|address|adresse|street|blvd|boulevard|sangkat|phnom penh",
    "ព្រះរាជាណាចក្រ|ព្រះមហាក្សត្រ|ក្រសួង|មន្ទីរសុខាភិបាល|អាសយដ្ឋាន|អាស័យដ្ឋាន|ទូរស័ព្ទ|ផ្លូវ|សង្កាត់|មហាវិថី",
)
#: Headings of a report's sections, which may stand under a line "MEDICAL LABORATORY".
SECTION = terms(
    r"(?:bio)?chemistry|h(?:a)?ematology|serology|immunology|urinalysis|microbiology|bacteriology"
    r"|parasitology|hormon\w*|biochimie|hematologie|serologie|immunologie|microbiologie|bilan .*"
)
#: A line that begins with a profession is about a person (``Biologiste médical, diplômé de …``),
#: and one that begins with a university is where that person studied, unless it has a hospital.
PERSON = re.compile(
    r"(?:biologiste?|pharmaci(?:en|st)|medecin|physician|pathologiste?|radiolog(?:ue|ist)"
    r"|specialiste?|diplome\w*|graduated?|ancien|former|faculte|faculty)\b"
    r"|universit[ey]\b(?!.*\b(?:hospital|hopital|clini\w+|cent(?:er|re))\b)"
)
#: A number that a hospital or laboratory gave.
NUMBERED = re.compile(
    r"(?:hospital|clinic|lab|laboratory|hopital|labo) (?:no|number|id|code|ref|n)\b|\blab no\b"
)
#: A box to be ticked: what stands beside it is one of a form's choices.
CHOICE = re.compile(r"[□☐☑☒]|\[_|_\]")
#: An address for letters, and a telephone number of Cambodia.
CONTACT = re.compile(r"@|(?<!\d)(?:\+ ?855|0)[ -]?\d{2}[ -]?\d{3}[ -]?\d{3}(?!\d)")
#: How an address begins; « Phum Svay Polyclinic » is a name, « Phum Svay near Sok Clinic » none.
ADDRESS = re.compile(
    r"^(?:#|no?[.°]? ?\d|n° ?\d|st\.? ?\d|(?:street|rue|road|route|national road)\b"
    r"|(?:phum|sangkat|khan)\b(?!(?:(?! near | next | behind | opposite | beside )[^,;\d])*"
    r" (?:hospital|\w*clinic|laboratory|pharmacy|cent(?:er|re)|maternity)$)"
    r"|\d+ ?[a-z]?,|ផ្ទះ|ផ្លូវ|លេខ|ភូមិ|សង្កាត់|មហាវិថី|ឃុំ)"
)
#: What stands before the place that a specimen came from.
SENDER = terms(
    r"referr(?:ed|ing)(?: from| by)?|from|sender|sent by|source|provenance|origine|adresse par"
    r"|requested by|requester|prescripteur|collected at|collection site|ordered by|copy to",
    "ប្រភព|មកពី|បញ្ជូន|អ្នកស្នើ",
)
#: Labels before the name.
FACILITY_LABEL = re.compile(
    r"(?:name of )?(?:hospital|facility|clinic|laboratory|etablissement|structure|health facility"
    r"|health cent(?:er|re)|hopital|clinique|site|branch(?: \d+)?)(?: name)?"
)
#: The same in Khmer, as skeletons.
FACILITY_LABEL_BONES = frozenset(
    skeleton(word) for word in ("មន្ទីរពេទ្យ", "មន្ទីរពិសោធន៍", "គ្លីនិក", "គ្រឹះស្ថាន", "មូលដ្ឋានសុខាភិបាល")
)
#: Words that say what kind of place it is, but not which.
GENERIC = frozenset(
    "of de du des d la le les l and et the for pour medical medicale medicales medicaux analyses"
    " analyse d'analyses biologie biology biomedical biomedicale biomedicales"
    " clinical clinic clinique health sante general generale"
    " referral provincial hospital hopital laboratory laboratoire lab labo center centre cabinet"
    " hospitalier polyclinic polyclinique pharmacy pharmacie institut institute maternity"
    " maternite mobile teaching radiologie radiology cardiologie cardiology gynecologie pediatrie"
    " dentaire dental echographie ultrasound pathologie pathology hematologie hematology"
    " diagnostic imaging imagerie reference".split()
)
#: The same in Khmer, as skeletons: a referral hospital, of a province or a district.
KHMER_GENERIC = tuple(skeleton(word) for word in ("បង្អែក", "ខេត្ត", "ស្រុក"))
