# 网页（简体中文）。

## 每一页

web-skip = 跳到正文
web-nav = 页面
web-nav-paint = 作画
web-nav-gallery = 画廊
web-nav-mine = 我的
web-nav-help = 帮助
web-theme = 深色或浅色
web-language = 语言
web-foot = GANshare 用自己训练的小模型作画。
web-sign-in = 登录
web-sign-out = 退出
web-back = 返回

## 提示词

web-home-title = 一句话，一幅画
web-home-lead = 写下您想看到的画面，看着它一步步画出来。大家的画都在画廊里。
web-prompt = 想画什么？
web-helpers = 选词帮手
web-style = 风格
web-subject = 主题
web-colour = 颜色
web-category = 类别
web-any = 不限
web-surprise = 随机来一句
web-more = 更多
web-size = 尺寸
web-preset = 预设
web-steps = 步数
web-seed = 种子
web-count = 数量
web-strength = 起始图片保留多少（百分比）
web-model = 模型
web-init-image = 以图片为起点
web-paint = 开始画
web-sign-in-to-paint = 登录后作画
web-lately = 最近的画
web-to-gallery = 全部画作
web-random = 随机

## 正在画

web-frame-alt = 尚未完成：{ $prompt }
web-progress = 作画进度
web-announce-begins = 开始画了。
web-announce-part = 已完成百分之 { $percent }。
web-announce-done = 您的画完成了。
web-away = 连接中断；画仍在继续，本页会自动重连。
web-try-again = 再试一次

## 完成的画

web-whole-prompt = 完整提示词
web-alt = 画作：{ $prompt }
web-description = 由一句话画成，种子为 { $seed }。
web-traits = 画的特征
web-deeds = 操作
web-film = 看它一步步画出来
web-film-alt = 这幅画在十几帧画面中逐渐成形。
web-provenance = 创作信息
web-may-sell = 参与的每个模型都允许出售这幅画。
web-may-not-sell = 参与的模型中至少有一个不允许出售这幅画。
web-part = 组成部分
web-licence = 许可证
web-picture = 图片
web-part-vqgan = 绘画模型（VQGAN）
web-part-perceptor = 感知模型（perceptor）
web-part-upscaler = 放大模型
web-created = 完成于
web-cutouts = 裁剪块
web-manifest = 完整清单（JSON）
web-sale = 出售
web-sale-question = 如果这幅画获选，可以作为代币出售吗？列入铸造计划之前，您随时可以改变主意。
web-delete-sure = 这幅画会从画廊中永久消失。确定删除吗？
web-delete-yes = 永久删除
web-related = 更多{ $style }风格的画

## 画廊

web-search = 搜索
web-search-example = castle teal
web-find = 查找
web-clear = 显示全部
web-further = 更多画作
# { "{count}" } 保持原样：页面会填入数字。
web-further-loaded = 又有 {"{count}"} 幅画
web-gallery-empty = 还没有画；第一幅也许就是您的。
web-gallery-none = 没有符合搜索条件的画。
web-mine-empty = 您还没有画。
web-working = 进行中
web-finished = 已完成
web-sheet = 并排查看全部 { $count } 幅
web-category-shapes = 形状
web-category-places = 地点
web-category-things = 事物

## 帮助

web-help-title = 如何在这里作画
web-help-lead = 写下画里应有的内容，按“开始画”，然后看着它完成。等前面的画完成后，需要半分钟到几分钟。其间可以关闭网页，之后在“我的”里找到这幅画。
web-help-prompts-title = 提示词
web-help-prompts = 风格、主题加颜色，效果最好；提示词下方列出了模型学过的词。
web-help-commands-title = 在聊天中
web-help-commands = 在 Discord 和 Telegram 上，用命令可以做同样的事。
web-required = 必填
web-rank-member = 成员可用
web-rank-curator = 策展人可用
web-rank-admin = 管理员可用

## 登录

web-sign-in-how = 用您的 Discord 或 Telegram 账号登录；不需要密码。
web-sign-in-step-1 = 在那里向机器人发送 /link。
web-sign-in-step-2 = 打开它回复的链接。链接十分钟内有效，只能用一次。
web-sign-in-guests = 不登录每天可以画 { $count } 幅。
web-sign-in-no-guests = 不登录也可以随意浏览。
web-sign-in-sure = 此浏览器将以索取这个链接的聊天账号登录。
web-signed-in = 您已登录。
web-signed-out = 您已退出。
web-link-accounts = 这些账号合并计算，在“我的”里看到的画也相同：
web-link-add = 关联另一个账号
web-link-how = 用另一个账号向机器人发送 /link，再把它回复的关联码填在这里。
web-link-code = 关联码
web-link-take = 继续
web-link-give = 获取一个关联码，到那边输入
web-link-no = 不是

## 没有做成的事

web-error-title = 操作没有成功
web-not-found-title = 找不到页面
web-not-found = 这个页面不存在；画也许已被删除。
web-old-form = 表单已过期或来自别的页面；请再试一次。
web-too-fast = 操作太频繁；请等 { $seconds } 秒再试。
web-too-large = 发送的内容太大；图片最多 { $megabytes } MB。
web-wrong-method = 这个地址只能从它自己的页面使用。
web-wrong-host = 本站不使用这个域名；运营者可用 BOT_WEB_URL 设置域名。
web-broken-form = 表单内容不完整；请再试一次。
web-guests-today = 您所在网络的访客今天已画满；请登录，或明天再来。

## 投票与评选

web-nav-round = 投票
web-nav-desk = 策展
web-vote = 投票
web-vote-for = 为“{ $prompt }”投票；目前 { $count } 票
web-vote-sign-in = 目前 { $count } 票；登录后可投票
web-votes =
    { $count ->
        [0] 还没有人为它投票。
       *[other] 已有 { $count } 人为它投票。
    }
web-sign-in-to-vote = 登录后投票
web-round-title = 投票选出最好的画
web-round-none = 现在没有进行中的评选，但随时可以为画投票。
web-desk-title = 策展台
web-desk-lead =
    { $count ->
        [0] 获选的画都已裁定。
       *[other] 有 { $count } 幅获选的画等待裁定。获选的画由社区投票选出，策展人批准或否决。
    }
web-desk-none = 没有待裁定的画。
web-desk-reason = 原因（否决时必填，会保留在记录中）
web-desk-approve = 批准
web-desk-veto = 否决
web-desk-decided = 最近的裁定
web-desk-undo = 撤销
web-desk-undo-label = 撤销对“{ $prompt }”的裁定
web-desk-planned = 已列入铸造计划
web-desk-history = 历史
web-desk-rate = 喜欢的比例
web-desk-bound = 至少
web-desk-bound-label = 看过的人中 { $rate } 喜欢；扣除偶然因素，至少为 { $bound }
web-desk-critic = 评分程序：在本轮 { $of } 幅中排第 { $place }
web-desk-critic-phrase = 按与“{ $phrase }”的相似程度排名；这样排名是否有用，尚未验证。
web-desk-critic-proven = 按以往受欢迎的画排名。对没见过的画，它选中佳作的次数是随机选择的 { $lift } 倍。
web-desk-critic-unproven = 按以往受欢迎的画排名。目前还不比随机选择好。
web-desk-critic-note = 评分程序只看画面，不影响结果。
web-desk-curated =
    { $count ->
       *[other] 精选集：{ $count } 幅
    }
web-history-enter = { $by } 让它参加评选
web-history-leave = { $by } 让它退出评选
web-history-hold = { $by } 暂扣了一票
web-history-release = { $by } 放行了一票
web-history-approve = { $by } 批准
web-history-veto = { $by } 否决
web-history-undo = { $by } 撤销了裁定
web-for-curators = 此页面供策展人使用；由运营者用 BOT_CURATORS 指定。

## 程序

web-tokens = 程序
web-tokens-lead = 持有您令牌的程序以您的身份行事：按同样的规则作画、投票、看画。请给每个程序单独的令牌，不再使用时将其撤销。
web-tokens-docs = 程序能做的事（OpenAPI）
web-tokens-none = 您没有令牌。
web-tokens-new = 新令牌
web-tokens-label = 用途
web-tokens-example = 我的 Matrix 机器人
web-tokens-scopes = 允许做的事
web-tokens-create = 生成令牌
web-tokens-revoke = 撤销
web-tokens-revoke-label = 撤销令牌“{ $label }”
web-tokens-revoked = 令牌已撤销。
web-tokens-made = 这就是令牌，只显示这一次；请像密码一样保管。
web-tokens-used = 上次使用 { $day }
web-tokens-unused = 从未使用
web-tokens-expires = 有效期至 { $day }
web-scope-read = read：查看您能看到的内容
web-scope-write = write：作画、投票、举报、删除您自己的画、更改您的选择
web-scope-moderate = moderate：执行运营者允许您作为策展人或管理员做的事
api-token-bad = 令牌不存在、已过期或已撤销；请在网页上点您的名字，生成新的令牌。
api-token-needed = 此操作需要令牌；请在网页上点您的名字生成令牌，并以“Authorization: Bearer …”发送。
api-scope-read = 此操作需要有 read 权限的令牌。
api-scope-write = 此操作需要有 write 权限的令牌。
api-scope-moderate = 此操作需要有 moderate 权限的令牌。
api-json = 正文须为 JSON 对象，其值为字符串和整数。
api-not-found = 没有这个地址；/api/v1/openapi.json 列出全部地址。
api-wrong-method = 这个地址不支持该方法。
api-no-frame = 现在没有它的中间画面。
api-tab-alone = 除“new”外的“tab”不能与“q”“style”“category”“colour”“mine”一起使用。
api-no-film = 这幅画没有短片。
api-not-by-token = 此操作不能只凭令牌完成；请在网页或聊天中进行。

## 没有聊天时

web-sign-in-invited = 如果您不用聊天，网页的运营者会给您一个只能用一次的登录链接；之后您可以在自己的名字下为每台设备生成链接。
web-passkeys = 通行密钥
web-passkeys-how = 用手机、电脑或密码管理器中的通行密钥可以直接登录，不需要聊天账号，也不需要登录链接。
web-passkeys-where = 通行密钥要求网页使用带域名的 https 地址，而本网页没有。
web-passkey = 通行密钥
web-passkey-label = 名称
web-passkey-example = 我的手机
web-passkey-add = 添加通行密钥
web-passkey-added = 从现在起可用此通行密钥登录。
web-passkey-remove = 移除
web-passkey-remove-label = 移除通行密钥“{ $label }”
web-passkey-removed = 此通行密钥已移除。
web-passkey-used = 上次使用 { $day }
web-passkey-unused = 从未使用
web-passkey-sign-in = 用通行密钥登录
web-passkey-failed = 操作没有成功：此设备没有本网页的通行密钥、已有一个，或操作已取消。
web-elsewhere = 在另一台设备上登录
web-elsewhere-how = 用这个链接可以在那台设备上登录一次，十分钟内有效。请至少保持一台设备处于登录状态：登录下一台设备时要用到它。
web-elsewhere-make = 生成链接
web-elsewhere-made = 请在十分钟内用另一台设备打开这个链接。它只能用一次；打开它的人会以您的身份登录。

## 管理

web-nav-moderation = 管理
web-nav-waiting = { $count } 幅被举报的画
web-for-admins = 此页面供管理员使用；由运营者用 BOT_ADMINS 指定。
web-moderation-blocks = 已屏蔽
web-moderation-blocks-none = 没有人被屏蔽。
web-moderation-person = 账号
web-moderation-reason = 原因，供其他管理员阅读
web-moderation-block = 屏蔽
web-moderation-unblock = 解除屏蔽
web-moderation-unblock-label = 解除屏蔽：{ $person }
web-moderation-blocked-by = 由 { $by } 于 { $day }
web-moderation-settings = 网页的设置
web-moderation-settings-how = 填“default”恢复默认。地点的写法与聊天中相同，例如 discord:42。
web-moderation-setting = 设置
web-moderation-value = 值
web-moderation-change = 更改
web-moderation-log = 审核记录
web-moderation-by = 作者：{ $person }
web-invite = 邀请他人
web-invite-how = 对方用这个链接登录一次，七天内有效，并成为拥有自己账号的成员。
web-invite-name = 名字
web-invite-make = 生成邀请
web-invite-made = 请把这个链接发给 { $name }。它只能用一次，七天内有效；账号是 { $account }。
web-round-open = 开始一轮评选
web-round-close = 现在结束本轮
web-round-close-sure = 将计票并公布获选作品。确定现在结束吗？
web-round-name = 标题
web-round-hours = 时长（小时）
web-round-winners = 获选数
web-round-pool = 参加的画数
web-round-quorum = 获选所需票数

## 画墙、作者、逐幅投票

web-tabs = 哪些画
web-tab-new = 最新
web-tab-voted = 得票最多
web-tab-round = 本轮
web-tab-minted = 已铸造
web-empty-voted = 还没有画得票。
web-empty-round = 现在没有画参加评选。
web-empty-minted = 还没有画被铸造。
web-boards = 排行榜
web-boards-none = 这段时间没有画作，也没有投票。
web-boards-all = 所有社区
web-boards-here = 本页面
web-feed = 订阅
web-by = 作者 { $name }
web-edit = 修改这个提示词
web-begin-here = 以这幅画为起点
web-begins-from = 将以这幅画为起点。
web-begins-not = 不以它为起点
web-share = 分享
web-share-copied = 链接已复制
web-neighbours = 其他画
web-newer = 较新
web-older = 较早
web-now = 正在画
web-chips = 例子
web-shape-square = 方形
web-shape-portrait = 竖幅
web-shape-landscape = 横幅
web-shape-tall = 长竖幅
web-shape-wide = 宽横幅
web-shape-large = 大方形
web-choice-of = 第 { $seen } 幅，共 { $of } 幅
web-choice-like = 喜欢
web-choice-skip = 跳过
web-choice-keys = 也可以用方向键。
web-choice-about = 关于这幅画
web-round-results = 全部名次
