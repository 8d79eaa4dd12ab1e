# 份额与钱包，聊天和网页通用。

link-wallet = 要关联持有份额的钱包，请打开这个地址；仅可用一次，十分钟内有效：{ $url }
link-wallet-no-page = 钱包在网页上关联，而这里还没有设置网页地址。
shares-others = 过去 24 小时您请求了 { $used } 幅画；没有份额时每天可请求 { $quota } 幅。
shares-left = 引擎时间还剩 { $left }，共 { $of }；已用 { $used }。
shares-until = { $count ->
   *[other] 您持有 { $count } 份。时间于 { $until } 重新开始计算。
    }
shares-gift = 赠送（{ $reason }）：还剩 { $left }，有效至 { $until }。
shares-no-wallet = 您还没有关联钱包。/link 会告诉您怎么做。
shares-empty = { $wallets ->
   *[other] 您的 { $wallets } 个钱包里没有份额。
    }
shares-page = 钱包、对账单和份额解锁的内容：{ $url }
shares-no-time = 无
shares-invitation = 您持有份额：用这个地址可以加入持有者群组。仅可用一次，一天内有效：{ $url }

web-nav-shares = 份额
web-shares-none = 本社区没有设置份额。
web-shares-left = 剩余
web-shares-used = 已用
web-shares-total = 总计
web-shares-until = 重新计算
web-shares-free = 没有份额时，每天可免费请求 { $count } 幅画。
web-shares-holders = 在这里，持有份额的人才能作画。
web-shares-stale = 暂时无法读取区块链。这里显示的是上次得知的情况。
web-shares-payers = 为您的画付费的有
web-shares-share = 份额 { $name }
web-shares-gift = 赠送：{ $name }
web-shares-nothing = 还没有：请关联持有份额的钱包。
web-shares-statement = 下载对账单（CSV）
web-shares-column-what = 项目
web-shares-column-wallet = 钱包
web-wallets = 钱包
web-wallets-yours = 这些钱包已关联到 { $account }：
web-wallets-none = { $account } 还没有关联钱包。
web-wallets-how = 您的钱包会请您签署一条消息。消息写明本页面和您的账号，不花钱，也不转走任何东西。请不要在任何地方输入助记词。
web-wallets-link = 关联钱包
web-wallets-link-with = 用 { $name } 关联
web-wallets-missing = 此浏览器中没有找到钱包。请安装钱包扩展，或在钱包自带的浏览器中打开本页。
web-wallets-script = 关联钱包需要 JavaScript。
web-wallets-refused = 钱包没有签名，未关联任何钱包。
web-wallets-unlink = 取消关联
web-wallets-unlinked = 已取消关联。{ $days } 天内其他人不能关联这个钱包。
web-wallets-linked = 钱包 { $wallet } 已关联。
web-unlockables = 您的份额解锁的内容
web-unlockables-none = 没有为您解锁的内容。
web-unlockables-open = 打开
web-unlockables-note = 谁在何时打开了什么，都会记入日志。
web-unlockables-size = { $size } 字节，SHA-256 { $sha256 }
