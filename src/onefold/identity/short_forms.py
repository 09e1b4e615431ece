"""Given names that stand for each other beyond English: short forms, pet names, and one name in two languages.

English short forms come from the package ``nicknames``. This list, written for Onefold from common knowledge, adds
what people in other languages are called; what it lacks, a workspace's own data teaches (see ``aliases``). All words
are in comparison form (lower-case Latin letters, transliterated as ``records`` does it).
"""

from __future__ import annotations

from functools import cache

_GREEK = """
aikaterini: katerina katia kaiti katina catherine katherine
alexandros: alekos alexis alex
anastasia: natasa tasoula sia tasia natasha anastazia
anastasios: tasos anastasis
antonios: antonis tonis anthony
apostolos: tolis lakis
athanasios: thanasis thanos nasos
charalambos: babis bampis haris harry lampis
charalampos: babis bampis haris harry lampis
christos: chris kitsos
chrysoula: chrysa soula
dimitra: mimi toula dimitroula
dimitrios: dimitris mitsos jimmy dimos mimis james
eirini: rena rinio irene irini
eleftherios: lefteris
eleni: lena elena helen nitsa lenio
emmanouil: manolis manos emmanuel
evangelia: litsa lia eva eygenia vaggelio
evaggelia: litsa lia eva vaggelio
evangelos: vangelis angelos
evaggelos: vaggelis vangelis
efstathios: stathis efstathis
foteini: fofi fotini
fotini: fofi foteini
georgia: gogo georgina zeta
georgios: giorgos george yorgos
grigorios: grigoris gregory
ilias: elias
ioanna: gianna joanna nana
ioannis: giannis yannis iannis john yiannis
konstantina: dina ntina nantia kostoula
konstantinos: kostas costas ntinos kostis dinos gus
kyriakos: kyriakoulis
maria: mary marika maro roula
michail: michalis mike michael
nikolaos: nikos nick nicholas
panagiota: giota yiota panayiota nota
panagiotis: takis panos panayiotis peter notis
paraskevi: vivi voula evi
pavlos: paul
petros: peter
sofia: sophia soso
spyridon: spyros spiros
stavroula: voula stavrina
stylianos: stelios
styliani: stella stela liana
theodoros: thodoris theo
theodora: dora thodora
vasileios: vasilis bill vassilis
vasiliki: vaso vicky vasso kiki
"""

_IBERIAN = """
alejandro: alex ale jandro
angeles: angels geles
antonia: tonia tona antonieta
antonio: toni tono antoni tonho
assumpcio: asuncion
beatriz: bea betty
caterina: catalina cati
carles: carlos
concepcion: concha conchita concepcio conchi
concepcio: conxita
cristina: cris
daniel: dani
dolores: lola dolors loles lolita
eduardo: edu lalo dudu duda eduard
encarnacion: encarna encarni
enrique: quique enric kike
esteban: esteve
eulalia: laia lali olalla
federico: fede
fernando: nando fer ferran
francesc: cesc xesc
francisca: paca paqui francesca
francisco: paco pancho curro fran kiko chico francesc paquito
gabriel: gabi
gregorio: goyo
guadalupe: lupe lupita
guillermo: guille memo guillem willy
ignacio: nacho ignasi inaki
isabel: isa chabela elisabet bel
jaime: jaume
javier: javi xavier xavi
jesus: chus chuy
joaquin: quim chimo joaquim
jordi: jorge
josefa: pepa fina josefina
josep: pep
jose: pepe josep chepe ze
juan: joan juanito juancho
juana: joana
leticia: leti
luis: lucho lluis luiz lula
manuel: manolo manu lolo manel
manuela: manoli lola
margarita: marga margarida
maria: mari
mateo: mateu
mercedes: merche merce meche
miguel: miquel micky
monica: moni
montserrat: montse
nicolas: nico nicolau
pablo: pau
patricia: patri paty pati
pedro: pere
pilar: pili
rafael: rafa rafel
ramon: moncho
roberto: beto tito
rosario: charo
salvador: salva chava
santiago: santi jaume
sebastian: sebas seba sebastia
sergio: sergi
susana: susi susanna
teresa: tere
vicente: vicenc chente vicent
yolanda: yoli
"""

_WESTERN = """
adelheid: heidi
agathe: agi
alexander: sascha
alessandro: sandro ale
alexandre: alex
antonius: ton toon anton
barbara: babsi basia
bastien: sebastien
benoit: ben
brigitte: biggi gitte
caroline: caro
catherine: cathy cat
charlotte: lotte lotti
christophe: tof chris
concetta: tina
cornelia: conny corrie
cornelis: kees cor
dietrich: dieter
dirk: diederik
domenico: mimmo
dominique: domi
elisabeth: els lies elsbeth sissi lisbeth betty lisa liesel
elisabetta: betta lisa
emmanuel: manu
evelyn: evie eve
filippo: pippo
florence: flo
francesco: checco franco ciccio
franziska: franzi
frederic: fred
friedrich: fritz
gabriele: gabi gaby
genevieve: ginette
gillian: gill jill
gerhard: gerd
giovanni: gianni nino vanni
giuseppe: beppe pino peppe
giuseppina: pina
hans: johann
heinrich: heinz heiner
helena: lena leni
hendrik: henk rik
isabelle: isa
jacobus: jaap koos
jacques: jacky
jean: jeannot
joachim: jochen achim
johanna: hanna hanni
johannes: hans hannes jan johan
josef: sepp pepi
julien: juju
karin: katharina
katharina: kathi kati katrin
klaus: nikolaus claus
lorenzo: renzo enzo
ludovic: ludo
ludwig: lutz
luigi: gigi
magdalena: lena leni magda
manuela: manu ela
margarete: greta gretel grete gretchen
margaretha: greet griet
margaux: margot
marguerite: margot margaux
marie: mimi
matthias: matze hias
maximilian: max maxi
monika: moni
muriel: mumu
nathalie: nath
nicolas: nico
patrick: pat
petrus: piet peter
philippe: phil
raffaele: lello
rosemarie: rosi romy
rudolf: rudi rolf
salvatore: toto turi
sebastian: basti wastl
stefanie: steffi stephanie
stephane: steph
stephanie: steph
susanne: susi sanne
theodor: theo
theodorus: theo dorus
thierry: titi
ulrich: uli ulli
ulrike: ulla uli
ursula: uschi ulla
valerie: val
veronique: vero
vincenzo: enzo
wilhelm: willi willy
wilhelmina: mien willy
willem: wim
wolfgang: wolf wolfi
xavier: xav
"""

_SLAVIC = """
agnieszka: aga
aleksandr: sasha shura alexander alex
aleksandra: sasha ola alexandra
aleksei: alyosha lyosha lesha alexei
anastasiya: nastya anastasia
andrzej: jedrek
anna: anya ania anechka nyura
dmitri: dima mitya dmitry
ekaterina: katya yekaterina
elena: lena yelena
evgeni: zhenya yevgeni evgeny
evgeniya: zhenya
galina: galya
grigori: grisha grigory
grzegorz: grzes
irina: ira
ivan: vanya
jakub: kuba
jan: janek
joanna: asia
jozef: jozek
katarzyna: kasia
konstantin: kostya
krzysztof: krzysiek
lyudmila: lyuda mila ludmila
maciej: maciek
malgorzata: gosia
mariya: masha
mikhail: misha
nataliya: natasha natalia
natalya: natasha
nikolai: kolya
olga: olya
pavel: pasha
piotr: piotrek
sergei: seryozha serezha
stanislav: stas
stanislaw: staszek
svetlana: sveta
tatiana: tanya
tatyana: tanya
tomasz: tomek
viktor: vitya
vladimir: vova volodya
wojciech: wojtek
yuri: yura
zofia: zosia
"""

_PERSIAN_AND_ARABIC = """
abdullah: abdul abdollah
abolfazl: abol
fatemeh: fati fatima
hossein: husayn hussein
kamran: kami
masoumeh: masi masoume
mohammad: mamad mamali mmd moe mohamed
mostafa: moostafa mustafa
zahra: zari
"""


@cache
def short_forms() -> tuple[tuple[str, str], ...]:
    """Pairs of words that may be one given name; not transitive: two short forms of one name are two names.

    >>> ("konstantinos", "kostas") in short_forms()
    True
    """
    pairs = []
    for line in "".join((_GREEK, _IBERIAN, _WESTERN, _SLAVIC, _PERSIAN_AND_ARABIC)).split("\n"):
        name, _, forms = line.partition(":")
        pairs += [(name, form) for form in forms.split()]
    return tuple(pairs)
