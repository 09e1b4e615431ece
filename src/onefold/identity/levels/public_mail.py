"""Mail providers that anybody may have a mailbox at, so that their domains say nothing about an employer.

Only the greatest, for data too small to show it; others are recognised by how many people are there (``level_crowd``).
"""

from __future__ import annotations

from onefold.records.vocabulary import word_list

PUBLIC_DOMAINS = frozenset(
    word_list("""
    gmail.com googlemail.com outlook.com hotmail.com live.com msn.com outlook.es hotmail.es hotmail.co.uk hotmail.fr
    hotmail.de live.co.uk yahoo.com yahoo.es yahoo.co.uk yahoo.fr yahoo.de yahoo.gr yahoo.com.tw yahoo.com.hk ymail.com
    icloud.com me.com mac.com aol.com proton.me protonmail.com gmx.de gmx.net gmx.at gmx.com web.de t-online.de
    freenet.de mail.com mail.ru yandex.com yandex.ru orange.fr free.fr wanadoo.fr laposte.net sfr.fr libero.it
    virgilio.it terra.es telefonica.net btinternet.com sky.com virginmedia.com comcast.net verizon.net att.net cox.net
    qq.com 163.com 126.com sina.com sina.cn sohu.com foxmail.com 139.com 189.cn hinet.net pchome.com.tw otenet.gr
    forthnet.gr in.gr windowslive.com fastmail.com zoho.com tutanota.com chmail.ir mailfa.com
""")
)
