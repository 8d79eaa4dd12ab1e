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
web-foot = GANshare：由自己训练的小模型作画。
web-sign-in = 登录
web-sign-out = 退出
web-back = 返回

## 提示词

web-home-title = 一句话，一幅画
web-home-lead = 写下您想看到的，看着它被画出来。大家的画都挂在画廊里。
web-prompt = 想画什么？
web-helpers = 帮您选词
web-style = 风格
web-subject = 主题
web-colour = 颜色
web-category = 类别
web-any = 不限
web-surprise = 随便来一句
web-more = 更多
web-size = 尺寸
web-preset = 预设
web-steps = 步数
web-seed = 种子
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
web-announce-begins = 已经开始画了。
web-announce-part = 已完成百分之 { $percent }。
web-announce-done = 您的画完成了。
web-away = 连接中断了；画仍在继续，本页会自动恢复。
web-try-again = 再试一次

## 完成的画

web-whole-prompt = 完整提示词
web-alt = 画作：{ $prompt }
web-description = 由一句话画成，种子为 { $seed }。
web-traits = 画的特征
web-deeds = 可以做什么
web-film = 看它是怎样画出来的
web-film-alt = 这幅画在十几帧画面中逐渐成形。
web-provenance = 它是怎样画成的
web-may-sell = 参与的每个模型都允许出售这幅画。
web-may-not-sell = 参与的模型中有一个不允许出售这幅画。
web-part = 部分
web-licence = 许可证
web-picture = 图片
web-part-vqgan = 画家
web-part-perceptor = 眼睛
web-part-upscaler = 放大
web-created = 完成于
web-cutouts = 裁块
web-manifest = 完整清单（JSON）
web-sale = 出售
web-sale-question = 如果这幅画获选，可以作为代币出售吗？在列入铸造计划之前，您可以改变主意。
web-delete-sure = 这幅画会永远从画廊中消失。真的要删除吗？
web-delete-yes = 永久删除
web-related = 更多{ $style }风格的画

## 画廊

web-search = 搜索
web-search-example = 例如 castle teal
web-find = 查找
web-clear = 显示全部
web-further = 更多画作
# { "{count}" } 保持原样：页面会填入数字。
web-further-loaded = 又有 {"{count}"} 幅画
web-gallery-empty = 还没有画；第一幅也许就是您的。
web-gallery-none = 没有符合条件的画。
web-mine-empty = 您还没有画。
web-working = 进行中
web-category-shapes = 形状
web-category-places = 地点
web-category-things = 事物

## 帮助

web-help-title = 如何在这里作画
web-help-lead = 写下画里应有的东西，按“开始画”，然后看着它完成。轮到您之后，需要半分钟到几分钟。其间可以关闭网页：画会出现在“我的”里。
web-help-prompts-title = 提示词
web-help-prompts = 风格、主题加颜色效果最好；提示词下方的栏目列出了模型学过的词。
web-help-commands-title = 在聊天中
web-help-commands = 在 Discord 和 Telegram 上用命令做同样的事。
web-required = 必填
web-rank-member = 成员可用
web-rank-curator = 策展人可用
web-rank-admin = 管理员可用

## 登录

web-sign-in-how = 用您在 Discord 或 Telegram 上的账号登录；没有密码。
web-sign-in-step-1 = 在那里给机器人发送 /link。
web-sign-in-step-2 = 打开它回复的地址。地址只能用一次，十分钟内有效。
web-sign-in-guests = 不登录每天可以画 { $count } 幅。
web-sign-in-no-guests = 不登录也可以随意浏览。
web-sign-in-sure = 您将在此浏览器中登录为索取此地址的聊天账号。
web-signed-in = 您已登录。
web-signed-out = 您已退出。
web-link-accounts = 这些账号的请求合并计算，它们看到的“我的画”也相同：
web-link-add = 另一个账号
web-link-how = 用另一个账号给机器人发送 /link，再把它回复的代码填在这里。
web-link-code = 代码
web-link-take = 继续
web-link-give = 给我一个代码，到那边输入
web-link-no = 不是

## 没有做成的事

web-error-title = 没有成功
web-not-found-title = 这里什么也没有
web-not-found = 这里没有网页；也许画已被删除。
web-old-form = 表单太旧，或来自别的网页；请再试一次。
web-too-fast = 操作太频繁了；请等 { $seconds } 秒再试。
web-too-large = 发送的内容太大；图片最多 { $megabytes } MB。
web-wrong-method = 此地址只能从它自己的网页使用。
web-wrong-host = 本页不以这个名称提供；管理者可用 BOT_WEB_URL 设定。
web-broken-form = 表单内容残缺，无法理解；请再试一次。
web-guests-today = 您所在地址的访客今天已画满；请登录，或明天再来。

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
web-round-title = 投票决定留下什么
web-round-none = 现在没有进行中的评选；不过随时可以为画投票。
web-desk-title = 策展台
web-desk-lead =
    { $count ->
        [0] 获选的画都已裁定。
       *[other] 有 { $count } 幅获选的画等待裁定。策展人批准或否决；由社区来选。
    }
web-desk-none = 没有待裁定的画。
web-desk-reason = 否决的原因；必填，并会留在日志中
web-desk-approve = 批准
web-desk-veto = 否决
web-desk-decided = 最近的裁定
web-desk-undo = 撤销
web-desk-undo-label = 撤销对“{ $prompt }”的裁定
web-desk-planned = 已列入铸造计划
web-desk-history = 经过
web-desk-rate = 喜欢的人
web-desk-bound = 可信下限
web-desk-bound-label = 看过的人中 { $rate } 喜欢，可信下限为 { $bound }
web-desk-critic = 评论程序：在本轮 { $of } 幅中排第 { $place }
web-desk-critic-phrase = 依据与“{ $phrase }”的相似程度；其价值未知。
web-desk-critic-proven = 依据以往受欢迎的画。对未见过的画，它选出的画名列前茅的次数是随机选择的 { $lift } 倍。
web-desk-critic-unproven = 依据以往受欢迎的画。目前看不出它比随机选择好。
web-desk-critic-note = 评论程序只看画面，不影响结果。
web-desk-curated =
    { $count ->
       *[other] 精选集：{ $count } 幅
    }
web-history-enter = { $by } 让它参加评选
web-history-leave = { $by } 让它退出评选
web-history-hold = 一票被 { $by } 暂扣
web-history-release = 一票被 { $by } 放行
web-history-approve = { $by } 批准
web-history-veto = { $by } 否决
web-history-undo = { $by } 撤销了裁定
web-for-curators = 此页面供策展人使用；由所有者用 BOT_CURATORS 指定。

## 程序

web-tokens = 程序
web-tokens-lead = 持有您令牌的程序以您的身份行事：按同样的规则作画、投票、看画。请给每个程序一个单独的令牌，不再使用时将其撤销。
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
web-scope-read = read：看您能看到的
web-scope-write = write：作画、投票、举报、删除您自己的画、更改您的选择
web-scope-moderate = moderate：所有者允许您作为策展人或管理员做的事
api-token-bad = 令牌不存在、已过期或已撤销；请在网页上点您的名字另做一个。
api-token-needed = 这需要令牌；请在网页上点您的名字做一个，并以“Authorization: Bearer …”发送。
api-scope-read = 这需要有 read 权限的令牌。
api-scope-write = 这需要有 write 权限的令牌。
api-scope-moderate = 这需要有 moderate 权限的令牌。
api-json = 正文须为 JSON 对象，其值为文字和整数。
api-not-found = 没有这个地址；/api/v1/openapi.json 列出全部地址。
api-wrong-method = 这个地址不接受该方法。
api-no-frame = 现在没有它的画面。
api-tab-alone = 除“new”外的“tab”不能与“q”“style”“category”“colour”“mine”一起使用。
api-no-film = 这幅画没有短片。
api-not-by-token = 这不能只凭令牌；请在网页或聊天中进行。

## 没有聊天时

web-sign-in-invited = 不用聊天时，网页的所有者会给您一个只能用一次的登录地址；之后您可以在自己的名字下为每台设备另做一个。
web-elsewhere = 在另一台设备上登录
web-elsewhere-how = 地址可在那里登录一次，十分钟内有效。请至少保持一台设备登录：它是下一台的钥匙。
web-elsewhere-make = 生成地址
web-elsewhere-made = 请在十分钟内用另一台设备打开这个地址。它只能用一次；谁拿到它，谁就是您。

## 管理

web-nav-moderation = 管理
web-nav-waiting = { $count } 幅被举报的画
web-for-admins = 此页面供管理员使用；所有者用 BOT_ADMINS 指定管理员。
web-moderation-blocks = 已屏蔽
web-moderation-blocks-none = 没有人被屏蔽。
web-moderation-person = 账号
web-moderation-reason = 原因，供其他管理员阅读
web-moderation-block = 屏蔽
web-moderation-unblock = 解除屏蔽
web-moderation-unblock-label = 解除对 { $person } 的屏蔽
web-moderation-blocked-by = 由 { $by } 于 { $day }
web-moderation-settings = 网页的设置
web-moderation-settings-how = “default”恢复默认值。在 moderation_place 填写一个聊天（如 discord:42），它会收到举报通知。
web-moderation-setting = 设置
web-moderation-value = 值
web-moderation-change = 更改
web-moderation-log = 发生过的事
web-moderation-by = 由 { $person } 请求。
web-invite = 邀请
web-invite-how = 地址可登录一次，七天内有效；对方将成为拥有自己账号的成员。
web-invite-name = 名字
web-invite-make = 生成邀请
web-invite-made = 请把这个地址发给 { $name }。它只能用一次，七天内有效；账号是 { $account }。
web-round-open = 开启一轮评选
web-round-close = 现在结束本轮
web-round-close-sure = 将计票并公布优胜者。确定现在结束吗？
web-round-name = 标题
web-round-hours = 小时
web-round-winners = 优胜数
web-round-pool = 画的数量
web-round-quorum = 获胜所需票数

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
web-feed = 订阅
web-by = 作者 { $name }
web-edit = 修改提示词
web-begin-here = 从这幅开始
web-begins-from = 从这幅画开始。
web-begins-not = 重新开始
web-share = 分享
web-share-copied = 地址已复制
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
web-choice-keys = 也可用方向键。
web-choice-about = 关于这幅画
web-round-results = 全部名次
