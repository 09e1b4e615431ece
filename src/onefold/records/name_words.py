"""Words that surround names: titles, suffixes, particles; surnames and given names that shapes alone cannot tell."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from onefold.records.vocabulary import word_list

TITLES = frozenset(
    word_list("""
    mr mrs ms miss mx master sir dame lord lady princess prince king queen baron baroness count countess duke
    duchess earl viscount dr doctor prof professor rev reverend fr father hon
    capt captain col maj major sgt lt gen mme mlle monsieur madame mademoiselle herr frau fraeulein
    dipl ing dipl-ing sr sra srta senor senora senorita don dona d dna dn en na sr. sra. excmo ilmo
    lic licda arq dra mag k kos kyrios kyria ka dis kc κ κος κα δις δρ κύριος κυρία καθ agha aghaye
    khanom seyed sayyed sheikh haj haji haaj آقای آقا خانم دکتر مهندس استاد سید سیده حاج حاجی جناب
    سرکار شیخ دوشیزه بانو г-н г-жа
""")
)
AMBIGUOUS_TITLES = frozenset(
    word_list("""
    sr prince king queen baron count duke earl d k en na don lord major master father fr ms ing don dona سید
    سیده haji sayyed seyed
""")
)
"""Also names or suffixes: titles only at the front, with at least two more words behind."""
SUFFIXES = frozenset(
    word_list("""
    jr sr jnr snr junior senior ii iii iv v vi phd ph.d md m.d dds dvm esq esquire cpa mba msc bsc
    ba ma llb llm bsn obe mbe cbe kbe qc kc rn dc do fils père
    hijo filho júnior sênior νεότερος πρεσβύτερος
""")
)
GENERATIONS: Mapping[str, str] = {
    word: generation
    for generation, words in {
        "1": "sr snr senior sen sênior père πρεσβύτερος i 1st",
        "2": "jr jnr junior jun júnior fils hijo filho νεότερος ii 2nd",
        "3": "iii 3rd",
        "4": "iv 4th",
    }.items()
    for word in words.split()
}
"""Words that tell parents from children of one name, and which bearer of the name they mean. Those that are no
suffixes above ("Sen", "Jun" are also names) count in a column of suffixes only."""
HAN_TITLES = (
    "先生",
    "女士",
    "小姐",
    "太太",
    "夫人",
    "教授",
    "博士",
    "医生",
    "醫生",
    "老师",
    "老師",
    "经理",
    "經理",
    "同学",
    "様",
    "さん",
)
PARTICLES = frozenset(
    word_list("""
    de del de-la la las los da das do dos di della delle degli dal du des le von vom zu zur van der
    den ten ter te het 't op al el ul bin ben bint ibn ebn abu umm af av i y e und et o san dello lo
    ال بن ابن بنت ابو του της ντε
""")
)
"""Words inside surnames that systems keep or drop at will; they never stand in a comparison form beside other words."""
GIVEN_PARTICLES = frozenset({"al", "ben", "den", "des", "di"})
"""Particles that are given names too, where they begin a name."""
CONNECTORS = frozenset({"i", "y", "e", "und", "et"})
"""Particles that tie two surnames together."""
COMPOUND_SURNAMES = frozenset(
    word_list("""
    欧阳 司马 上官 诸葛 东方 皇甫 尉迟 公孙 慕容 令狐 宇文 长孙 司徒 司空 夏侯 端木 轩辕
    南宫 独孤 百里 西门
    钟离 闻人 申屠 太史 公羊 澹台 呼延 濮阳
    淳于 单于 太叔
    仲孙 东郭 南门 张简 范姜 叶刘 拓跋 完颜 纳兰 남궁 황보 제갈 사공 선우 독고
""")
)
_HAN_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石"
    "廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟"
    "殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳欧阳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳"
    "时穆农司卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟应臧闵苟邬边卞姬师和仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩"
    "明佘池查麻苑迟邝官封谈匡鞠惠荆乐冀郁胥南班储原栗燕楚鄢劳谌奚皮粟冼蔺楼盘满闻位厉伊仝区郜海阚花权强帅屠豆朴盖练廉禹井祖漆巴丰"
    "支卿国狄平计索宣晋相初门云容敬来扈晁芮都普阙浦戈伏鹿薄邸雍辜羊阿乌母裘亓修邰赫杭况那宿鲜印逯隆茹诺战慕危玉银亢嵇公哈湛宾戎勾"
    "茅利於呼居揭干但尉冶斯元束檀衣信展阴昝智幸奉植衡富尧闭由"
)
HAN_SURNAMES = frozenset(_HAN_SURNAMES)
"""Single-character surnames, simplified."""

LATIN_CHINESE_SURNAMES = frozenset(
    word_list("""
    wang li zhang liu chen yang huang zhao wu zhou xu sun ma zhu hu guo he gao lin luo zheng liang
    xie song tang han feng deng cao peng zeng xiao tian dong yuan pan yu jiang cai du ye cheng su
    wei lu lv lue ding ren shen yao cui zhong tan fan jin shi liao jia xia fu fang bai zou meng
    xiong qin qiu yin xue yan duan lei hou long tao gu mao hao gong shao wan qian dai mo kong xiang
    kang wen niu ge xing an qi yi qiao pang ni zhuang nie zhang kuang chang chao chou chu hsu hsieh
    hsiao hsueh tsai tseng tsao teng cheng chien chiang chiu chiang kuo kao ho hung huang ko ku kuan
    lai liao lo lu lue mai ou pai pan peng shih sung tai tan tsui tu tung wan weng yeh yen yin yu
    yuan chan cheung cheuk chow choi chu fung fong ho hui ip kwok kwan kwong lam lau law lee leung
    li lo lui mak man mok ng ngai pang poon shum sin siu so sze szeto tam tang to tong tsang tse
    tsui wong woo yam yau yeung yip yiu yue yuen yung ouyang sima shangguan zhuge situ xiahou murong
    linghu au aw chia goh khoo koh ong tay teo toh chua quek
""")
)
_GIVEN = """
    james john robert michael william david richard joseph thomas charles christopher daniel matthew anthony mark donald
    steven paul andrew joshua kenneth kevin brian george edward ronald timothy jason jeffrey ryan jacob gary
    nicholas eric
    jonathan stephen larry justin scott brandon benjamin samuel gregory frank alexander raymond patrick jack
    dennis jerry
    peter henry arthur harry alfred ernest albert frederick walter hugh philip graham simon adam oliver luke oscar
    mary patricia jennifer linda elizabeth barbara susan jessica sarah karen nancy lisa betty margaret sandra ashley
    kimberly emily donna michelle dorothy carol amanda melissa deborah stephanie rebecca laura helen sharon cynthia
    kathleen amy shirley angela anna ruth brenda pamela nicole katherine samantha christine emma catherine
    virginia debra
    rachel janet maria heather diane julie joyce victoria olivia alice florence edith ellen jane charlotte eleanor
    jose juan luis carlos manuel francisco antonio javier miguel pedro rafael sergio fernando alejandro pablo jorge
    alberto alvaro diego raul enrique ramon vicente ignacio josep joan jordi marc xavier albert pau oriol pere carles
    antoni ramon lluis ferran esteve eduard carmen isabel dolores pilar teresa rosa cristina marta ana lucia
    elena raquel
    silvia mercedes montserrat nuria merce laia mireia neus eulalia anna gemma julia beatriz concepcion rocio
    jean pierre michel philippe alain jacques bernard nicolas julien camille sophie marie isabelle nathalie claire
    hans peter klaus wolfgang jurgen juergen dieter manfred uwe gunther guenther karl heinz stefan andreas ursula renate
    monika petra sabine birgit ingrid helga anja katrin
    georgios giorgos ioannis giannis yannis konstantinos kostas dimitrios dimitris nikolaos nikos panagiotis christos
    athanasios thanasis vasileios vasilis evangelos maria eleni aikaterini katerina georgia sofia anastasia dimitra
    vasiliki panagiota ioanna despoina anna
    mohammad ali hossein hosein reza mehdi hamid saeed amir abbas ahmad hasan mostafa majid masoud fatemeh zahra maryam
    sara leila narges parisa somayeh arash omid behzad hamidreza alireza mohammadreza
    giuseppe giovanni marco luca francesca paolo anders lars erik ingrid olga ivan sergei dmitri natalia tatiana
    mehmet ahmet mustafa fatma ayse emine"""
_FAMILY = """
    smith johnson williams brown jones davis miller wilson moore taylor anderson jackson white harris thompson robinson
    clark lewis walker hall young king wright hill green baker nelson carter mitchell roberts turner phillips campbell
    parker evans edwards collins stewart morris murphy cook rogers morgan cooper peterson reed bailey kelly howard ward
    watson brooks bennett gray hughes price sanders ross foster sullivan russell wood fisher
    garcia gonzalez rodriguez fernandez lopez martinez sanchez perez gomez martin jimenez ruiz hernandez diaz moreno
    munoz alvarez romero alonso gutierrez navarro torres dominguez vazquez ramos gil ramirez serrano blanco molina
    morales suarez ortega delgado castro ortiz rubio marin sanz iglesias nunez medina garrido puig vila ferrer serra
    soler roca vidal bosch pujol ribas rovira font mas sala valls
    mueller muller schmidt schneider fischer weber meyer wagner becker schulz hoffmann schaefer koch bauer richter klein
    wolf schroeder neumann schwarz zimmermann braun hartmann krueger
    durand dubois moreau laurent lefebvre leroy roux fournier girard bonnet dupont rousseau
    papadopoulos papadopoulou papadakis papadaki georgiou nikolaou nikolaidis nikolaidi vlachos vlachou antoniou
    oikonomou angelopoulos angelopoulou dimitriou ioannou
    mohammadi hosseini ahmadi rezaei moradi jafari karimi rahimi ebrahimi hashemi sadeghi akbari ghorbani nouri mousavi
    rossi russo ferrari esposito ivanov petrov smirnov kowalski
    nowak yilmaz kaya demir jensen nielsen hansen johansson"""


@cache
def seed_roles() -> dict[str, int]:
    """What is known before any data is seen: word → 2 for a given name, -2 for a family name, 0 for both."""
    given, family = (
        set(_GIVEN.split()),
        set(_FAMILY.split()) | (LATIN_CHINESE_SURNAMES - {"an", "to", "so", "man", "sin"}),
    )
    return {word: 2 * ((word in given) - (word in family)) for word in given | family}


@cache
def chinese_syllables() -> frozenset[str]:
    """Every Mandarin syllable in pinyin and Wade–Giles without marks, and the Cantonese ones common in names."""
    initials = word_list("""
    b p m f d t n l g k h j q x zh ch sh r z c s y w
""")
    finals = word_list("""
    a ai an ang ao e ei en eng er i ia ian iang iao ie in ing iong iu o ong ou u ua uai uan uang ue
    ui un uo v ve
""")
    pinyin = {i + f for i in initials for f in finals} | {
        "a",
        "ai",
        "an",
        "ang",
        "ao",
        "e",
        "en",
        "er",
        "o",
        "ou",
    }
    wade = {i + f for i in ("ts", "tz", "hs", "ch") for f in word_list("""
    a ai an ang ao e en eng i ia iang iao ieh ien ih in ing iu iung o ou u ua uan uang ueh ui un ung
    uo
""")}  # fmt: skip
    wade |= {
        i + f
        for i in ("y", "l", "p", "m", "t", "n", "k", "h", "j", "sh", "f", "w", "s")
        for f in ["ien", "ieh", "ueh", "ung", "uei", "ih"]
    }
    cantonese = set(word_list("""
    chi chun fai fung hang hei hing hoi hong ka kai kam kei keung ki kin kit king kok kong kwan
    kwong lai lap lok lun man mei ming nga oi pak ping po sai sau shan shing shui siu sum sun sze
    tak tat tim tin to tsz tung wah wai wan wing wun yan yat yee yin ying yiu yuet yuk yun
"""))  # fmt: skip
    return frozenset(pinyin | wade | cantonese)
