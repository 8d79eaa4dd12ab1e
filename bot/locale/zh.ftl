# 用户看到的所有文字（简体中文）。消息与变量须与 en.ftl 完全一致。

## 命令：说明不超过 100 个字符

command-paint = 按提示词画一幅画。
command-paint-prompt = 想画什么：“Cubist Painting of a City in Teal”，也可加权重：“a | b:0.5 | c:-0.3”；详见 /help paint。
command-paint-size = 画布：square 方形、portrait 竖幅、landscape 横幅、tall、wide，或宽x高，例如 320x256。
command-paint-preset = 画得多细：draft 是草稿，用时约为三分之一。
command-paint-steps = 步数；步数越多，细节越多，用时越长。
command-paint-seed = 种子相同，画就相同；不填则随机。
command-paint-model = 用哪个模型来画。
command-paint-init-image = 以这张图片为起点。
command-random = 从词表中随机抽取提示词来画。
command-random-category = 只从某一个词表中抽取主题。
command-random-count = 画几幅。
command-queue = 查看您的画排到哪里了。
command-cancel = 取消正在排队或正在画的画。
command-cancel-job = 编号，见 /queue；不填则取消最新的一幅。
command-gallery = 浏览大家最新的画作。
command-gallery-query = 要找的词：风格、主题或颜色。
command-mine = 查看您自己的画作。
command-link = 关联您在其他平台的账号，或登录网页。
command-link-code = 另一个账号得到的关联码。
command-shares = 查看您今天的用量，以及份额带来的权益。
command-help = 说明各个命令。
command-help-command = 详细说明某一个命令。
command-report = 向管理员举报一幅画。
command-report-artwork = 画的编号，写在画的下方。
command-reports = 查看被举报的画；隐藏或保留它们。
command-reports-artwork = 某幅画的编号；不写则为最新的待处理举报。
command-reports-action = 如何处理它。
command-notes = 查看审核记录：拒绝、举报、隐藏了什么，以及原因。
command-notes-person = 只看某人的：平台加数字，例如 discord:42。
command-vote = 为一幅画投票，或逐幅观看本轮画作并投票。
command-vote-artwork = 画的编号，写在画的下方；不填则显示本轮的下一幅。
command-round = 查看本轮评选；策展人可开始和结束一轮。
command-round-action = 状态；策展人还可以开始或结束。
command-round-hours = 持续多少小时；不填则为一周。
command-round-pool = 最多有多少幅画参加。
command-round-winners = 最多有几幅获选。
command-round-quorum = 获选至少需要多少人投票。
command-round-age = 账号须已存在多少小时，投票才计入；不填则为 72。
command-round-title = 这一轮的名称。
command-curate = 让您的画参加评选；策展人可裁定获选的画。
command-curate-artwork = 画的编号，写在画的下方。
command-curate-action = 参加或退出；策展人还可以批准、否决或撤销裁定。
command-sell = 说明您的画能否作为代币出售。
command-sell-artwork = 画的编号，写在画的下方。
command-sell-answer = yes（可以）或 no（不可以）；不填则会询问您。
command-curate-reason = 原因；否决时必填。
command-settings = 查看或修改此处的设置。
command-settings-setting = 哪一项设置。
command-settings-value = 新的值；填“default”恢复默认。
command-settings-where = 对此频道或子区，还是整个服务器。
command-block = 不再接受某人的请求。
command-block-person = 对象：平台加数字，例如 discord:42。
command-block-reason = 原因；供其他管理员参考。
command-unblock = 重新接受某人的请求。
command-unblock-person = 对象：平台加数字，例如 discord:42。

## 画作下方的项目

field-seed = 种子
field-steps = 步数
field-size = 尺寸
field-style = 风格
field-subject = 主题
field-colour = 颜色
field-model = 模型
field-id = 编号
field-sale = 代币
size-upscaled = { $canvas }，已放大至 { $picture }
steps-plateau = { $taken }（共 { $asked } 步）：已无进展

## 按钮

button-again = 再来一幅
button-vary = 变化一下
button-master = 原图
button-sell = 可以出售
button-no-sale = 不出售
button-delete = 删除
button-delete-sure = 确定删除
button-report = 举报
button-hide = 隐藏
button-keep = 保留
button-review = 以后再说
button-cancel = 取消
button-queue = 排到哪了？
button-retry = 再试一次
button-older = 更早
button-newest = 最新
button-vote =
    { $count ->
        [0] 投票
       *[other] 投票 · { $count }
    }
button-next = 下一幅
button-show-me = 给我看画
button-enter = 参加本轮评选
button-link = 没错，两个都是我的
button-token = 代币
button-buy = 购买
button-market = 市场

## 任务

duration-seconds =
    { $count ->
       *[other] { $count } 秒
    }
duration-minutes =
    { $count ->
       *[other] { $count } 分钟
    }
duration-hours =
    { $count ->
       *[other] { $count } 小时
    }
duration-days =
    { $count ->
       *[other] { $count } 天
    }
prompt-reading = 读作：{ $reading }
prompt-unread = 以下内容无法读懂，已略去：{ $words }
queued-title = 排队中：第 { $position } 位，共 { $of } 位
queued-soon = 有空闲的引擎，马上开始。
queued-eta = 预计约 { $duration }后开始。
queued-unknown = 引擎正在工作，暂时还无法估计时间。
queued-no-engine = 目前没有引擎在运行；您的画会一直排着，等到有引擎为止。
queued-again = 原先负责的引擎已离线，正在等待另一个引擎。
running-title = 正在画：第 { $step } 步，共 { $steps } 步
running-begins = 正在画：引擎已经开始
running-upscaling = 已画完，正在放大
running-left = 还需约 { $duration }。
running-plateau = 已看不到进展：将在第 { $steps } 步结束，而不是第 { $asked } 步。
running-cancelling = 正在取消。
done-title = 画好了
done-alt = 画作：{ $prompt }
frame-alt = 第 { $step } 步，共 { $steps } 步：{ $prompt }
dead-title = 没能画成
dead-text = 这幅画已放弃：{ $reason }
dead-unknown = 这幅画已放弃。
cancelled-title = 已取消
deleted-title = 已删除
deleted-text = 这幅画已被删除。
hidden-title = 不予展示
hidden-text = 画好的图片不予展示：{ $reason }
place-gone = 我已无法在您提出请求的地方发言，所以把画发到这里。
picture-missing = 暂时取不到图片；请稍后再按“{ button-master }”。

## 队列、画廊、我的画

queue-title = 您的画
queue-none = 您没有在排队的画。用 /paint 或 /random 开始吧。
queue-queued = 第 { $position } 位，共 { $of } 位 · { $prompt }
queue-running = 第 { $step } 步，共 { $steps } 步 · { $prompt }
queue-all =
    共有 { $queued } 幅在排队，{ $running } 幅正在画，{ $engines ->
        [0] 目前没有引擎在运行。
       *[other] { $engines } 个引擎在工作。
    }
gallery-title = 画廊
gallery-none = 还没有画作。
gallery-none-for = 没有与 { $query } 相符的画作。
gallery-long = 搜索词太长，无法翻页；请少用几个词。
mine-title = 您的画作
mine-none = 您还没有画作。用 /paint 或 /random 开始吧。
gallery-end = 没有更早的了。
master-title = 原图
cancel-done = 已取消。
cancel-over = 它已经结束了。
cancel-none = 您没有可以取消的画。
delete-sure = 确定要永久删除这幅画吗？它会从画廊和聊天中消失。
delete-done = 这幅画已删除。
report-done = 谢谢，管理员会查看。
report-again = 您已举报过这幅画，管理员已经知道。
reports-title = 被举报
reports-none = 没有等您处理的举报。
reports-by = { $count ->
        [0] 没有人举报这幅画，或举报已处理。
       *[other] 有 { $count } 人举报了这幅画。
    }
reports-more = 还有 { $count } 幅画等待处理。
reports-how = 要隐藏它，请按按钮，或在请求它的地方输入 /reports { $artwork } hide。
report-hidden = 这幅画现已隐藏。
report-kept = 这幅画保留，相关举报已结案。
notes-title = 审核记录
notes-none = 没有任何记录。
field-person = 请求者
field-place = 地点

## 投票与评选

vote-counted =
    { $count ->
       *[other] 已投票；这幅画现有 { $count } 票。
    }
vote-withdrawn =
    { $count ->
        [0] 已撤回；这幅画现在没有票。
       *[other] 已撤回；这幅画现有 { $count } 票。
    }
vote-young = 您的票已保留，但本轮不计：账号注册须满 { $age }。
vote-held = 您的票已保留，待管理员查看后再计：短时间内来了很多票。
vote-uncounted = 您的票已保留，但不计入。
deal-title = 您喜欢这幅吗？
deal-none = 本轮目前能看的您都看过了，谢谢。
deal-no-round = 现在没有进行中的评选；用 /vote 加画的编号随时可以投票。
deal-over-title = 看完了
round-plain = 本轮评选
round-title = 本轮评选“{ $title }”
round-none = 此处目前没有评选；策展人可用 /round open 开始一轮。
round-ranking = 每幅画展示给 { $views } 人，按其中投票者所占比例的可信下限排名：早来的和有名的都不占便宜。
round-min-age = 注册不满 { $age }的账号，投票不计。
round-weighted = 份额持有者的票权重更高。
round-more =
    { $count ->
       *[other] 还有 { $count } 幅
    }
round-field-left = 距结束
round-field-opens = 距开始
round-field-pool = 画作
round-field-votes = 票数
round-field-views = 已展示
round-field-quorum = 获选条件
round-field-winners = 最多获选
round-counting = 片刻：正在计票
round-of = { $count }（共 { $of }）
round-votes =
    { $voters ->
       *[other] { $voters } 人投了 { $votes } 票
    }
round-quorum =
    { $count ->
       *[other] 至少 { $count } 人投票
    }
round-opened = 本轮已开始，为期{ $duration }，最多 { $pool } 幅画。
round-closed =
    { $winners ->
        [0] 本轮已结束；没有画得到足够多人的投票。
       *[other] 本轮已结束；{ $winners } 幅画获选。
    }
round-begins-title = { $title ->
        [none] 新一轮评选开始
       *[other] 新一轮评选开始：{ $title }
    }
round-begins-how = 用 /curate 或画下方的按钮让您的画参加，用 /vote 看别人的画。{ $duration }后结束。
round-painting-title = 参加评选
round-over-title = { $title ->
        [none] 获选作品
       *[other] “{ $title }”获选作品
    }
round-over-none-title = 本轮评选结束
round-over-text =
    { $voters ->
       *[other] { $voters } 人为 { $entries } 幅画投了票。
    }
round-over-none = 没有获选作品：没有画得到足够多人的投票。
round-over-sell = 如果其中有您的画：请用 /sell 说明能否出售；未经您同意不会出售。
round-next = 下一轮接受新的画作。
winner-place = 第 { $place } 名
winner-line = { $prompt } – { $votes ->
       *[other] { $votes } 票
    }{ $views ->
        [0] {""}
       *[other] ，展示给 { $views } 人
    }
sale-minted = 已铸造
sale-listed = 在售，{ $price }
sale-sold = 已售，{ $price }
sales-minted-title = { $title ->
        [none] 获选作品已铸成代币
       *[other] “{ $title }”的获选作品已铸成代币
    }
sales-listed-title = { $title ->
        [none] 获选作品开始出售
       *[other] “{ $title }”的获选作品开始出售
    }
sales-looks = 🔍 查看画作。
sales-tokens = 🪙 前往它的代币。
sales-listings = 🛒 前往出售页面。
digest-title = 一周画事
digest-text = 完成了 { $paintings } 幅画，{ $voters } 人投了 { $votes } 次票。
digest-trait-style = 获选的风格
digest-trait-subject = 获选的主题
digest-trait-colour = 获选的颜色
entered = 这幅画已参加本轮评选，祝您好运。
left = 这幅画已退出本轮评选。
left-none = 这幅画没有参加任何评选。
approved = 这幅画已收入精选集。
vetoed = 这幅画已被排除，原因已记入日志。
decision-undone = 裁定已撤销；这幅画重新等待裁定。
sell-question = “{ $prompt }”可以作为代币出售吗？{ $promise }在列入铸造计划之前，您可以改变主意。
sell-share = 所得收入中，主办方承诺给您 { $share } %。
sell-no-share = 主办方不承诺给您收入分成。
sell-yes = 这幅画可以出售。{ $promise }在列入铸造计划之前，可用 /sell 编号 no 收回同意。
sell-no = 这幅画不会出售。
sell-none = 没有等待您答复的画。
sell-by-asking = 您在此处请求的画如果获选，可以作为代币出售。{ $promise }用 /sell 编号 no 可以禁止出售。
curate-how = 请写明画作：/curate 加画下方的编号；或按画下方的按钮。
curate-title = 待裁定的获选作品
curate-decide = 用 /curate 编号 approve 批准，或用 /curate 编号 veto 加原因予以排除；/curate 编号 undo 可撤销。
curate-enter = 让您的哪幅画参加本轮？
curate-none = 此处没有待裁定的画。
muse-chance = 从整个词表中随机抽取，看看还没人试过的会怎样。
muse-why = 抽到它，因为{ $reasons }。
muse-won = { $value } 在 { $painted } 次中有 { $best } 次进入前四分之一
muse-new = { $value } 还没有参加过评选
muse-other = 由 { $source } 提供。

## 帮助

help-title = GANshare：您来描述，它来画
help-intro = 大家轮流来画；画会出现在您提出请求的地方，边画边显示。
help-paint = 提示词的各部分用 | 分开。部分末尾的数字是它的权重，写在紧跟文字的冒号之后：“a castle | stormy sea:0.5 | people:-0.3”；“a castle 16:9”和“dinner at 19:30”没有权重。提示词里也可以写选项：--ar 16:9、--no people、--preset draft、--seed 7、--size 320x256、--steps 200。引号里的文字原样作画，反斜杠后的 | 或 : 也是。
help-example = 例如：{ $example }
help-required = 必填
help-number = { $lowest } 至 { $highest }
help-choices = 可选：{ $choices }
help-picture = 附上一张图片

## 账号

link-title = 一个人，多个账号
link-code = 请在十分钟内用您的另一个账号输入 /link { $code }。输入它的人会与此账号合为一人，所以请勿给别人看。
link-sign-in = 或打开这个网址登录网页；十分钟内有效，只能用一次：{ $url }
link-sure = 要把此账号与 { $account } 合为一人吗？此后画作和限额将一并计算。
link-done = 完成：{ $accounts } 现在是同一个人。
shares-title = 今天
shares-used = 过去 24 小时您请求了 { $used } 幅画，上限是 { $quota } 幅。
shares-free =
    { $used ->
        [0] 过去 24 小时您没有请求过画；此处不设上限。
       *[other] 过去 24 小时您请求了 { $used } 幅画；此处不设上限。
    }
shares-metered = 引擎为您工作了{ $duration }。
shares-none = 这个社区没有设置份额。

## 管理

settings-title = 此处的设置
settings-changed = 已修改：{ $setting }现在是 { $value }。
settings-title-server = 整个服务器的设置
settings-how = 用 /settings 名称 值 来修改；填“default”恢复默认。
setting-allowed = 在此作画
setting-max-side = 最长边
setting-max-steps = 最多步数
setting-daily-quota = 每日画数
setting-language = 语言
setting-curation-place = 评选地点
setting-automatic-entry = 画作自动参加评选
setting-consent-by-asking = 在此作画即同意出售
setting-guests-per-day = 访客每日画数
value-on = 开
value-off = 关
value-any = 同通用限制
value-no-limit = 不限
value-own = 随各人语言
value-here = 就在此处
value-as-round = 由各轮评选决定
block-done = { $person } 已被屏蔽。
unblock-done = { $person } 可以重新请求了。
unblock-none = { $person } 并未被屏蔽。

## 拒绝：一句话说明允许什么

refusal-other = 这样不行：{ $sentence }
refusal-size = 不提供 { $given } 这个尺寸；两边须为 { $lowest } 至 { $highest } 之间 { $multiple } 的倍数，面积不超过 { $area }（您是想用 { $nearest } 吗？）。
refusal-size-form = 不提供 { $given } 这个尺寸；请写成宽x高，例如 { $nearest }；两边须为 { $lowest } 至 { $highest } 之间 { $multiple } 的倍数，面积不超过 { $area }。
refusal-prompt-long = 提示词有 { $given } 个字符；最多允许 { $allowed } 个。
refusal-prompt-parts = 提示词有 { $given } 个部分；最多允许 { $allowed } 个；若 | 只是文字，请把那些字放进引号。
refusal-prompt-empty = 提示词是空的；请写一些文字。
refusal-prompt-weights = 提示词的所有权重都是零或负数；至少需要一个大于零的权重；若冒号只是文字，请把那些字放进引号。
refusal-prompt-control = 提示词的第 { $position } 个字符是控制字符 { $given }；只允许可见字符、空格和换行。
refusal-prompt-unread = 提示词大半无法读懂：{ $given }；可以使用中文和英文。
refusal-prompt-reading-long = 提示词读作英文后有 { $given } 个字符；最多允许 { $allowed } 个。
refusal-prompt-script = 提示词大半无法读懂：{ $given }；可以使用 { $allowed }。
refusal-prompt-part = 提示词的第 { $number } 部分是空的；每个 | 之间都需要文字。
refusal-prompt-weight = 第 { $number } 部分的权重须在 { $lowest } 到 { $highest } 之间（给的是 { $given }）；若冒号只是文字，请把那些字放进引号。
refusal-prompt-group = { $given } 这样的权重只能用于整个部分，例如 "a fox | red:1.3"；若只是文字，请放进引号。
refusal-prompt-lora = 提示词里不能添加模型 { $given }；请去掉它；若只是文字，请放进引号。
refusal-prompt-settings = 无法读取其他程序的设置；请改写成 --steps 20 --seed 7；若只是文字，请放进引号。
refusal-prompt-option = 没有 { $given } 这个选项；可用 { $allowed }；若以 -- 开头的只是文字，请放进引号。
refusal-prompt-option-near = 没有 { $given } 这个选项（您是想用 { $nearest } 吗？）；可用 { $allowed }；若以 -- 开头的只是文字，请放进引号。
refusal-prompt-twice = 选项 --{ $option } 出现了两次；一次就够；若以 -- 开头的只是文字，请放进引号。
refusal-prompt-no-value = 选项 --{ $option } 后面需要一个值；若以 -- 开头的只是文字，请放进引号。
refusal-prompt-number = 选项 --{ $option } 必须是 { $lowest } 到 { $highest } 之间的整数，而不是 { $given }；若以 -- 开头的只是文字，请放进引号。
refusal-prompt-aspect = 选项 --ar 需要宽:高，从 { $lowest } 到 { $highest }，例如 16:9，而不是 { $given }；若以 -- 开头的只是文字，请放进引号。
refusal-prompt-preset = 选项 --preset 可用 { $allowed }，而不是 { $given }；若以 -- 开头的只是文字，请放进引号。
refusal-range = { $name ->
        [steps] 步数
        [seed] 种子
        [num_cutouts] 切片数
       *[other] { $name }{" "}
    }须在 { $lowest } 到 { $highest } 之间（给的是 { $given }）。
refusal-model-name = 模型名须有 { $lowest } 到 { $highest } 个字符（给的有 { $given } 个）。
refusal-unknown = 没有 { $given } 这个{ $what ->
        [category] 类别
        [command] 命令
        [init_fit] 起始图片的适配方式
        [model] 模型
        [preset] 预设
        [setting] 设置
       *[other] { $what }
    }；可用的有 { $allowed }。
refusal-unknown-near = 没有 { $given } 这个{ $what ->
        [category] 类别
        [command] 命令
        [init_fit] 起始图片的适配方式
        [model] 模型
        [preset] 预设
        [setting] 设置
       *[other] { $what }
    }；可用的有 { $allowed }（您是想用 { $nearest } 吗？）。
refusal-active = 您有 { $given } 幅画在排队或正在画，最多允许 { $allowed } 幅；请等一幅完成，或取消一幅。
refusal-queue-full = 队列已满：有 { $given } 幅画在排队，{ $wait }；请稍后再试。
refusal-queue-near-full = 队列快满了：有 { $given } 幅画在排队，{ $wait }，余下的位置留给排队少于您的 { $active } 幅的人；请稍后再试。
refusal-wait-minutes = 约需 { $minutes } 分钟才能画完
refusal-wait-unknown = 没有引擎在工作，无法估计要等多久
refusal-engine-size = 目前没有引擎能用 { $model } 画 { $given }；最多允许 { $allowed } 个像素，例如每边 { $side } 像素。
refusal-engine-cutouts = 目前没有引擎的内存足以在这个尺寸的画布上使用 { $given } 个取样块；最多允许 { $allowed } 个。
refusal-engine-model = 目前没有引擎使用模型 { $given }；可用的有 { $allowed }。
refusal-engine-model-near = 目前没有引擎使用模型 { $given }；可用的有 { $allowed }（您是想用 { $nearest } 吗？）。
refusal-missing = /{ $command } 缺少 { $parameter }；请看 /help { $command }。
refusal-twice = 选项 --{ $parameter } 给了两次；只允许一次。
refusal-no-value = 选项 --{ $parameter } 后面需要一个值。
refusal-too-much = /{ $command } 不明白 { $given } 的意思；/help { $command } 说明它接受什么。
refusal-choice = { $parameter } 须为 { $allowed } 之一（给的是 { $given }）。
refusal-too-long = { $parameter } 有 { $given } 个字符；最多允许 { $allowed } 个。
refusal-word = { $parameter } 须为一个词（给的是 { $given }）。
refusal-number = { $parameter } 须为整数（给的是 { $given }）。
refusal-number-range = { $parameter } 须在 { $lowest } 到 { $highest } 之间（给的是 { $given }）。
refusal-option = /{ $command } 没有 { $given }；可用 { $allowed }{ $nearest ->
        [none] 。
       *[other] （您是想用 { $nearest } 吗？）。
    }
refusal-command = 没有 { $given } 这个命令{ $nearest ->
        [none] {""}
       *[other] （您是想用 { $nearest } 吗？）
    }；/help 列出全部命令。
refusal-rank-member = 登录后才能使用 /{ $command }；请在聊天中用 /link 获取登录链接。
refusal-vote-own = 这是您自己的画；由其他人来投票。
refusal-vote-gone = 这幅画已不在，无法投票。
refusal-vote-blocked = 您在此处已被屏蔽，投票不计。
refusal-vote-bot = 机器人不能投票。
refusal-vote-fast = 每分钟最多投票 { $allowed } 次；请稍等片刻。
refusal-round-there = { $place } 已有一轮评选；须等它结束。
refusal-round-gone = 没有编号为 { $given } 的评选。
refusal-round-length = 一轮评选须持续一分钟到一年（给的是 { $given } 秒）。
refusal-round-goes-on = 本轮评选仍在进行；可以提前结束。
refusal-round-unweighted = 本轮评选中每票权重相同。
refusal-round-weighed = 本轮评选已有份额快照。
refusal-round-ended = 本轮评选已结束；下一轮接受新的画作。
refusal-round-full = 本轮已满 { $allowed } 幅；请等下一轮。
refusal-enter-not-yours = 这幅画是别人的；只有请求它的人可以让它参加或退出。
refusal-enter-many = 每轮您最多可有 { $allowed } 幅画参加。
refusal-enter-vetoed = 策展人否决了这幅画：{ $reason }
refusal-enter-elsewhere = 这幅画正在参加另一轮评选。
refusal-enter-again = 这幅画已经参加过评选。
refusal-veto-reason = 否决须写明原因，原因会留在日志中。
refusal-approve = { $given } 这幅画没有获选；只有获选的画可以批准。
refusal-entered-nowhere = { $given } 这幅画没有参加过任何评选。
refusal-rank-curator = 只有策展人可以这样使用 /{ $command }。
refusal-round-private = 评选须在他人看得到的地方举行；请在频道或群组中输入。
refusal-round-elsewhere = 此处的评选在 { $place } 举行；只有那里的策展人可以在那里操作。
refusal-enter-from-elsewhere = 这幅画是在别处画的；只有作画者本人，或由所有者指定的策展人，可以让它在此参加评选。
refusal-decide-from-elsewhere = 这幅画是在别处画的；只有由所有者指定的策展人可以裁定。
refusal-decided-nothing = 还没有人裁定过这幅画。
refusal-sale-planned = 这幅画已列入铸造计划；关于出售的答复不再更改。
refusal-decided-planned = 这幅画已列入铸造计划；裁定不再更改。
refusal-rank-admin = 只有管理员可以使用 /{ $command }。
refusal-rank-owner = /{ $command } 在所有地方都有效，因此只有站长在 BOT_ADMINS 中指定的人可以使用。
refusal-reports-there = 这幅画是在别处请求的；由那里的管理员用 /reports { $artwork } hide 决定。
refusal-place = 此处不能作画；管理员可用 /settings allowed on 允许。
refusal-side = 此处最长边不得超过 { $allowed } 像素，而不是 { $given }。
refusal-steps = 此处最多允许 { $allowed } 步，而不是 { $given } 步。
refusal-quota = 过去 24 小时您已请求 { $given } 幅画，此处每天允许 { $allowed } 幅；请过些时候再来。
refusal-guest = 访客不能在此作画；请在聊天中用 /link 获取登录链接。
refusal-guest-quota = 访客每天可请求 { $allowed } 幅画，您已用完；请在聊天中用 /link 获取登录链接。
refusal-moderation-place = 网页在 /moderation 显示举报，但不发送通知：请填写一个频道或群组，如 discord:42 或 telegram:-100，或“default”。
refusal-no-server = 只有 Discord 服务器中的频道才有整个服务器的设置；请省略“where”。
refusal-blocked-quietly = 您不能在此请求作画；这是管理员的决定。
refusal-no-artwork = 没有编号为 { $given } 的画；也许它已被删除。
refusal-no-job = 队列中没有编号为 { $given } 的画。
refusal-cancel-not-yours = { $given } 这幅画不是您的；只有请求它的人可以取消。
refusal-code = 这个代码不存在、已用过或已超过十分钟；/link 会给出新的代码。
refusal-one-person = { $one } 和 { $other } 已经是同一个人；请在您的另一个账号那里输入代码。
refusal-token-scopes = 令牌至少需要 { $allowed } 之一。
refusal-token-many = 您已有 { $allowed } 个令牌；请先撤销一个。
refusal-token-none = 您没有令牌 { $given }。
refusal-sign-in = 这个登录链接已用过或已超过十分钟；请要一个新的。
refusal-setting-switch = 设置 { $setting } 须为 on 或 off，或 default（给的是 { $given }）。
refusal-setting-number = 设置 { $setting } 须为 { $lowest } 到 { $highest } 之间的数字，或 default（给的是 { $given }）。
refusal-setting-multiple = 设置 { $setting } 须为 { $lowest } 到 { $highest } 之间 { $multiple } 的倍数，或 default（给的是 { $given }）。
refusal-setting-language = 设置 { $setting } 须为语言，例如 en 或 zh，或 default（给的是 { $given }）。
refusal-setting-place = 设置 { $setting } 须为地点，例如 discord:123，或 default（给的是 { $given }）。
refusal-not-yours = { $given } 这幅画不是您的；只有请求它的人可以删除。
refusal-init-gone = 它的起始图片已不再保存；请用 /paint 附上新的图片。
refusal-button = 这个按钮已经失效。
refusal-person = 找不到 { $given }；请写平台加数字，例如 discord:42。
refusal-picture-large = 图片有 { $given } MB；最多允许 { $allowed } MB。
refusal-picture-pixels = 图片有 { $given } 个像素；最多允许 { $allowed } 个。
refusal-picture-broken = 附件不是可读取的图片；允许 PNG、JPEG、WebP 和 GIF。
world-away-other = 现在暂时不行；请稍后再试。
refusal-image-format = { $what }不是图片，或格式不受支持（支持 { $allowed }）。
refusal-image-damaged = { $what }已损坏或不完整。
refusal-image-large = { $what }过大；最多允许 { $allowed } 百万像素。
refusal-image-pixels = { $what }有 { $given } 像素；最多允许 { $allowed } 百万像素。
refusal-init-image = 起始图片
refusal-request-damaged = 存储的请求已损坏：{ $reason }
refusal-engine-memory = 引擎的内存不足以画这幅画。
refusal-engine-memory-size = 引擎的内存不足以画 { $given }；使用 { $cutouts } 个切块时，同样比例最大可画 { $nearest }。
refusal-queue-expired = { $allowed } 天内没有引擎画这幅画；请重新提交。
refusal-engine-hung = 这幅画的一步卡住了，引擎只好结束。
refusal-job-long = 这幅画用了超过 { $allowed } 分钟；请减少步数或缩小尺寸。
refusal-engine-silent = 引擎 { $engine } 在第 { $attempt } 次尝试的第 { $step } 步时没有了回应。
refusal-internal = 抱歉，GANshare 内部出了问题（编号 { $id }）。
refusal-unsafe-label = 看起来像{ $label ->
        [nudity] 裸露内容
       *[other] { $label }
    }（{ $score }）
refusal-unsafe-unchecked = 无法检查
refusal-unsafe-reported = 有人举报
refusal-unsafe-vetoed = 策展人否决了它：{ $reason }
refusal-log-blocked = 已拒绝：{ $rules }
refusal-log-flagged = 已标记：{ $rules }
refusal-log-closed = 结案的举报：{ $count } 份
refusal-log-by = 由 { $by }
internal-error = 抱歉，我们这边出了问题；它在日志中的编号是 { $id }。

## 终端

terminal-welcome = 输入提示词即可作画；/help 查看更多，/quit 退出。
terminal-engine = 没有引擎在运行；现在启动一个，需要几秒钟。
terminal-engine-failed = 引擎已结束：{ $reason }
terminal-frame = 第 { $step } 步：{ $path }
terminal-saved = 已保存为 { $path }
terminal-bye = 再见。
