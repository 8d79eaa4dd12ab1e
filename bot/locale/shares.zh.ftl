# 份额与钱包，聊天和网页通用。

link-wallet = 要关联持有份额的钱包，请打开这个链接；十分钟内有效，只能用一次：{ $url }
link-wallet-no-page = 钱包须在网页上关联，但此处还没有设置网页地址。
command-unlink = 取消关联您的一个钱包；不填则从列表中选择。
command-unlink-wallet = 钱包地址。
button-unlink = 取消关联
unlink-title = 您的钱包
unlink-how = { $days ->
    [0] 要取消关联哪个钱包？用它的份额支付、仍在排队的画将不再画。
   *[other] 要取消关联哪个钱包？用它的份额支付、仍在排队的画将不再画；{ $days } 天内其他人不能关联它。
    }
unlink-done = { $days ->
    [0] 已取消关联钱包 { $wallet }。
   *[other] 已取消关联钱包 { $wallet }。{ $days } 天内其他人不能关联它；您自己随时可以。
    }
shares-others = 过去 24 小时您提交了 { $used } 幅画；没有份额时每天可画 { $quota } 幅。
shares-left = 引擎时间还剩 { $left }，共 { $of }；已用 { $used }。
shares-until = { $count ->
   *[other] 您持有 { $count } 份。引擎时间于 { $until } 重新计算。
    }
shares-gift = 赠送（{ $reason }）：还剩 { $left }，有效至 { $until }。
shares-no-wallet = 您还没有关联钱包。方法见 /link。
shares-empty = { $wallets ->
   *[other] 您的 { $wallets } 个钱包里没有份额。
    }
shares-page = 钱包、对账单和份额解锁的内容：{ $url }
shares-no-time = 无
shares-invitation = 您持有份额，可以加入持有者群组。这个链接一天内有效，只能用一次：{ $url }

web-nav-shares = 份额
web-shares-none = 本社区没有设置份额。
web-shares-left = 剩余
web-shares-used = 已用
web-shares-total = 总计
web-shares-until = 重新计算于
web-shares-free = 没有份额时，每天可以画 { $count } 幅。
web-shares-holders = 此处只有份额持有者可以作画。
web-shares-stale = 暂时无法读取区块链。以下是最近一次读到的数据。
web-shares-payers = 您的画由以下份额支付
web-shares-share = 份额 { $name }
web-shares-gift = 赠送：{ $name }
web-shares-nothing = 还没有：请关联持有份额的钱包。
web-shares-statement = 下载对账单（CSV）
web-shares-column-what = 项目
web-shares-column-wallet = 钱包
web-wallets = 钱包
web-wallets-yours = 这些钱包已关联到 { $account }：
web-wallets-none = { $account } 还没有关联钱包。
web-wallets-how = 您的钱包会请您签署一条消息，其中写明本页面和您的账号。签署不花钱，也不会转走任何东西。切勿在任何地方输入助记词。
web-wallets-link = 关联钱包
web-wallets-link-with = 用 { $name } 关联
web-wallets-missing = 此浏览器中没有找到钱包。请安装钱包扩展程序，或在钱包自带的浏览器中打开本页。
web-wallets-script = 关联钱包需要 JavaScript。
web-wallets-refused = 钱包没有签名，未关联任何钱包。
web-wallets-unlink = 取消关联
web-wallets-unlinked = 已取消关联。{ $days } 天内其他人不能关联这个钱包。
web-wallets-linked = 钱包 { $wallet } 已关联。
web-unlockables = 您的份额解锁的内容
web-unlockables-none = 没有可供您解锁的内容。
web-unlockables-open = 打开
web-unlockables-note = 谁在何时打开了什么，都会留下记录。
web-unlockables-size = { $size } 字节，SHA-256 { $sha256 }

refusal-wallet-nonce = 这次关联请求已经用过、已超过十分钟，或属于其他账号或钱包；请在钱包页面重新开始。
refusal-wallet-many = 最多可以关联 { $allowed } 个钱包；请先取消关联一个。
refusal-wallet-taken = 这个钱包已关联给另一个人；须由其本人先取消关联。
refusal-wallet-cooldown = 这个钱包不久前还属于另一个人；{ $days } 天后才能关联。
refusal-wallet-message = 所签署的不是本页的登录消息（EIP-4361）；请在钱包页面重新开始。
refusal-wallet-elsewhere = 所签署的消息属于 { $given }，而不是 { $allowed }；请只签署本页显示的消息。
refusal-wallet-chain = 所签署的消息属于链 { $given }，而不是链 { $allowed }。
refusal-wallet-expired = 所签署的消息已过期；请在钱包页面重新开始。
refusal-wallet-signature = 签名与钱包 { $given } 不符。
refusal-wallet-undeployed = 钱包 { $given } 是尚未部署的合约（EIP-6492）；请先用第一笔交易部署它，再来关联。
refusal-wallet-address = { $given } 不是钱包地址；地址由 0x 和 40 个十六进制数字组成。
refusal-wallet-unknown = 您没有关联钱包 { $given }。
refusal-share-none = 此处只有份额持有者可以作画；请用 /link 关联持有份额的钱包。
refusal-share-used = 您的份额所含的引擎时间已用完；何时重新计算，见 /shares。
refusal-share-free = 没有份额时每天可以画 { $allowed } 幅，您已用完。
refusal-share-unchecked = 暂时无法查看您的钱包持有的份额；请过几分钟再试。
refusal-share-gone = 用来支付这幅画的份额已不再归您所有。
refusal-unlockable-none = { $given } 下没有可解锁的内容。
refusal-unlockable-token = 您的钱包都不持有能解锁此内容的代币。
refusal-unlockable-link = 这个链接是为别人生成的，或已超过五分钟；请重新打开内容。
