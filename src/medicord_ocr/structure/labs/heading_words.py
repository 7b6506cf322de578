"""The words of laboratory tables' column headings, in the languages seen here.

English, French and Khmer are the reports' own languages; analyser printouts and reports from
neighbouring countries (Vietnamese, Turkish) share the layout, hence their few words.
"""

from __future__ import annotations

from typing import Literal

#: What a column holds; ``aside`` for what is no part of a result.
Role = Literal[
    "name",
    "value",
    "unit",
    "range",
    "flag",
    "previous",
    "aside",
    "drug",
    "male",
    "female",
    "bound",
    "susceptible",
    "intermediate",
    "resistant",
    "positive",
    "negative",
    "subject",
    "control",
]

#: Headings by what their column holds, divided by semicolons.
HEADING_WORDS: dict[Role, str] = {
    "name": """
        test; tests; type of test; particulars; nom du test; test name; tests name;
        name of test; test names; test description;
        analysis; analyses; analyse; analyte; analytes; examen; examens; examens demandes;
        examen demande; nature de l examen; nature des examens; parameter; parameters;
        parametre; parametres; investigation; investigations; examination; examinations;
        description; component; components; item; items; designation; determination;
        laboratory test; lab test; tests performed; libelle; libelle de l analyse; service;
        assay; antibiotic; antibiotics; antibiotique; antibiotiques; antimicrobial;
        antibacterial agent; marker; markers; marqueur; marqueurs; test item; test items;
        test parameter; test parameters; analyses demandees; examens biologiques;
        ឈ្មោះតេស្ត; តេស្ត; ឈ្មោះតេស; ឈ្មោះការវិភាគ; ការវិភាគ;
        ឈ្មោះវិភាគ; វិភាគ; ឈ្មោះការធ្វើតេស្ត; ការធ្វើតេស្ត; ប្រភេទតេស្ត; ប្រភេទវិភាគ;
        ប្រភេទការវិភាគ; ប៉ារ៉ាម៉ែត្រ; ឈ្មោះពិសោធន៍; ប្រភេទពិសោធន៍; ការពិសោធន៍; មុខវិភាគ; ការពិនិត្យ;
        ឈ្មោះការពិនិត្យ; អង់ទីប៊ីយ៉ូទិក; testler; test adi; ten xet nghiem; xet nghiem;
        fraction; fractions
    """,
    "value": """
        result; results; res; test result; test results; resultat; resultats; your result; value;
        values; valeur; observed; observed value; measured value; patient value; current result;
        result value; resultat actuel; resultats actuels; sensitivity; sensibilite;
        susceptibility; finding; findings; measured; valeur mesuree; valeurs mesurees;
        valeur trouvee; valeurs trouvees; resultats obtenus; concentration;
        interpretation s i r; s i r; sir; resultat sir; លទ្ធផល; លទ្ធផលតេស្ត;
        លទ្ធផលបច្ចុប្បន្ន; តម្លៃវាស់; លទ្ធផលវិភាគ; លទ្ធផលពិសោធន៍; sonuc; sonuclar; sonucu; ket qua
    """,
    "unit": """
        unit; units; unite; unites; measure; u m; uom; unit of measure; ខ្នាត; ឯកតា; ខ្នាតវាស់;
        រង្វាស់; birim; birimi; don vi
    """,
    "range": """
        reference; references; reference range; reference ranges; reference interval;
        reference intervals; reference value; reference values; ref; ref range; ref ranges;
        ref interval; ref value; ref values; ref val; normal; normal range; normal ranges;
        normal value; normal values; normals; range; ranges; biological ref interval;
        biological reference interval; bio ref interval; biological reference range;
        expected value; expected values; normes; norme; norm; norms;
        valeur normale; valeurs normales;
        valeur de reference; valeurs de reference; valeurs de ref; valeur de ref; valeurs ref;
        valeurs usuelles;
        intervalle de ref; interv de ref; val de ref; valeurs usuelle;
        valeur usuelle; val usuelles; v usuelles; v reference; val ref; v normales;
        val normales; vr; vn; intervalle de reference; intervalles de reference; intervalle;
        limites; limits; normal limits; normal reference; reference normale;
        valeurs references; references usuelles; expected result; expected results;
        expected range; reference limit; reference limits; ref limits; cut off; cutoff;
        cut off value; biological reference; biological reference value;
        biological reference values; standard value; standard values; standard range;
        limites normales; limites de reference; valeurs attendues; valeur attendue;
        resultat attendu; seuil; seuils; target; target range; target value;
        plage de reference; តម្លៃយោង; តំលៃយោង;
        តម្លៃធម្មតា; តំលៃធម្មតា; កម្រិតធម្មតា; កំរិតធម្មតា; តម្លៃយោងធម្មតា; កម្រិតយោង;
        តម្លៃប្រៀបធៀប; ចន្លោះយោង; តម្លៃគោល; កម្រិតគោល; តម្លៃស្តង់ដារ; កម្រិតស្តង់ដារ;
        តម្លៃធម្មតាយោង; referans; referans araligi;
        tri so binh thuong; khoang tham chieu; tri so tham chieu
    """,
    "flag": """
        flag; flags; h l; hl; h/l; abnormal; abn; abnormal flag; alert; alerte; anomalie;
        anomalies; indicator; status; statut; drapeau; indicateur; evaluation;
        interpretation; សញ្ញា; ស្ថានភាព; សម្គាល់ខុសធម្មតា; ការវាយតម្លៃ
    """,
    "previous": """
        previous; previous result; previous results; previous value; prior; prior result;
        prior results; last result; last results; last; past result; history; historical;
        anteriorite; anteriorites; anterieur; anterieurs; resultat anterieur; antecedent;
        antecedents;
        resultats anterieurs; valeur anterieure; valeurs anterieures; precedent;
        resultat precedent; resultats precedents; dernier resultat; delta; prev; prev result;
        លទ្ធផលមុន; លទ្ធផលចាស់; លទ្ធផលពីមុន; លទ្ធផលលើកមុន; លទ្ធផលចុងក្រោយ; លទ្ធផលពីមុនមក;
        លើកមុន
    """,
    "aside": """
        method; methods; methode; methodes; technique; techniques; procedure; specimen;
        specimens; sample; sample type; specimen type; prelevement; echantillon;
        nature du prelevement; type; automate; analyzer; analyser; machine; equipment;
        instrument; date; time; result date; test date; sample no; reference no; ref no;
        lab no; no; n; nr; number; order; ord; s n; sl; sl no; sr no; code; comment;
        comments; commentaire; commentaires; remark; remarks; remarque; remarques;
        observation; observations; note; notes; mic; cmi; mic ug ml; diameter; diametre;
        zone; zone diameter; price; prix; cost; qty; performed by; validated by; tech;
        technician; department; cond; ល រ; លរ; លេខរៀង; លេខ; វិធីសាស្ត្រ; វិធីសាស្រ្ត; វិធី;
        សំណាក; ប្រភេទសំណាក; ប្រភពសំណាក; កាលបរិច្ឆេទ; ថ្ងៃខែ; ថ្ងៃធ្វើ; ផ្សេងៗ; សម្គាល់;
        កំណត់សម្គាល់; មតិ; យោបល់; ម៉ាស៊ីន
    """,
    "male": "male; males; men; homme; hommes; masculin; ប្រុស; m",
    "female": "female; females; women; femme; femmes; feminin; ស្រី; f",
    "bound": """
        low; high; min; max; minimum; maximum; mini; maxi; lower limit; upper limit; lower; upper;
        borne inf; borne sup; inf; sup; limite inferieure; limite superieure; low limit; high limit
    """,
    "subject": "patient; malade; sujet; subject",
    "control": "control; controle; temoin; mean normal; normal control",
    "susceptible": "s; susceptible; sensible; sensitive",
    "intermediate": "i; intermediate; intermediaire",
    "resistant": "r; resistant; resistante",
    "positive": "positive; positif; reactive; reactif; pos; វិជ្ជមាន",
    "negative": "negative; negatif; non reactive; non reactif; neg; អវិជ្ជមាន",
    "drug": """
        drug tested; drugs tested; medication; medications; medicament; medicaments; drug; drugs;
        drug name; medicine;
        medicines; dose; dosage; posologie; frequency; frequence; duration; duree; qte;
        quantity; quantite; matin; midi; soir; morning; noon; evening; ឈ្មោះឱសថ; ឈ្មោះថ្នាំ;
        ចំនួន; វិធីប្រើ; ព្រឹក; ល្ងាច; ថ្ងៃត្រង់; រយៈពេល; របៀបប្រើ
    """,
}
#: Words of a heading that say nothing.
FILLERS = frozenset("de des du la le les l d of the and et in for per mg dl si s us".split())
#: Words that tell an earlier result's column from the present one's, alone or in the phrases of
#: other heading words ("Result of the last visit").
EARLIER = frozenset(
    """previous prev prior last past old former earlier before history historical baseline first
    anterieur anterieure anterieurs anterieures anteriorite anteriorites precedent precedente
    antecedent antecedents
    precedents ancien ancienne anciens dernier derniere លទ្ធផលមុន លទ្ធផលចាស់ លើកមុន ពីមុន មុន""".split()
)
#: Words that tell the present result.
PRESENT = frozenset(
    """current present today now new latest actual this recent actuel actuelle actuels nouveau
    recent aujourd hui ce jour បច្ចុប្បន្ន លទ្ធផលថ្មី ថ្មី""".split()
)
#: Words that stand beside them.
VISIT = frozenset(
    "result results value values visit visits test date resultat resultats valeur valeurs visite "
    "bilan examen res val on du of at".split()
)
#: Words beside that of a result, a unit or a range which say whose it is, or of what.
QUALIFIERS = frozenset(
    """patient patients your my test tests lab laboratory clinical si adult adults biological bio
    n malade mesure measure""".split()
)
