# 用户看到的所有文字（简体中文）。消息与变量须与 en.ftl 完全一致。

## 命令：说明不超过 100 个字符

command-paint = 按提示词画一幅画。
command-paint-prompt = 想画什么，例如“雪山上的红色寺庙”，也可加权重：“城堡 | 大海:0.5 | 人:-0.3”；详见 /help paint。
command-paint-size = 画布尺寸：square 方形、portrait 竖幅、landscape 横幅、tall 长竖幅、wide 宽横幅，或宽x高，例如 320x256。
command-paint-preset = 画得多细；draft 是草稿，用时约为三分之一。
command-paint-steps = 步数；步数越多，细节越多，用时越长。
command-paint-seed = 种子相同，画就相同；不填则随机。
command-paint-model = 用哪个模型来画。
command-paint-init-image = 以这张图片为起点。
command-random = 从词表中随机抽取提示词来画。
command-random-category = 只从一个词表中抽取主题。
command-random-count = 画几幅。
command-queue = 查看您的画排到第几位。
command-cancel = 取消正在排队或正在画的画。
command-cancel-job = 画的编号，见 /queue；不填则取消最新的一幅。
command-gallery = 浏览大家最新的画作。
command-gallery-query = 要搜索的词：风格、主题或颜色。
command-mine = 查看您自己的画作。
command-link = 关联您在其他平台的账号，或登录网页。
command-link-code = 另一个账号收到的关联码。
command-shares = 查看您今天的用量，以及份额带来的权益。
command-help = 介绍所有命令。
command-help-command = 要详细了解的命令。
command-report = 向管理员举报一幅画。
command-report-artwork = 画的编号，显示在画的下方。
command-reports = 查看被举报的画，并决定隐藏或保留。
command-reports-artwork = 画的编号；不填则为最新一条待处理的举报。
command-reports-action = 如何处理。
command-notes = 查看审核记录：拒绝、举报、隐藏了什么，以及原因。
command-notes-person = 只看某个人的记录：平台加数字，例如 discord:42。
command-vote = 为一幅画投票，或逐幅浏览本轮的画并投票。
command-vote-artwork = 画的编号，显示在画的下方；不填则显示本轮的下一幅。
command-round = 查看本轮评选；策展人可以开始和结束评选。
command-round-action = status（状态）；策展人还可用 open（开始）和 close（结束）。
command-round-hours = 持续多少小时；不填则为一周。
command-round-pool = 最多有多少幅画参加。
command-round-winners = 最多有几幅获选。
command-round-quorum = 获选至少需要多少人投票。
command-round-age = 账号注册满多少小时才能投票；不填则为 72。
command-round-title = 这一轮的名称。
command-curate = 让您的画参加评选；策展人可以裁定获选的画。
command-curate-artwork = 画的编号，显示在画的下方。
command-curate-action = enter（参加）或 leave（退出）；策展人还可用 approve（批准）、veto（否决）和 undo（撤销）。
command-sell = 允许或禁止把您的画作为代币出售。
command-sell-artwork = 画的编号，显示在画的下方。
command-sell-answer = yes（可以）或 no（不可以）；不填则会询问您。
command-curate-reason = 原因；否决时必填。
command-settings = 查看或修改此处的设置。
command-settings-setting = 哪一项设置。
command-settings-value = 新的值；填“default”恢复默认。
command-settings-where = 用于此频道或子区，还是整个服务器。
command-block = 不再接受某人的请求。
command-block-person = 对象：平台加数字，例如 discord:42；不填则列出已屏蔽的人。
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
steps-plateau = { $taken }（共 { $asked } 步）：画面已不再改进

## 按钮

button-again = 再来一幅
button-vary = 换个变化
button-master = 原图
button-sell = 允许出售
button-no-sale = 不出售
button-delete = 删除
button-delete-sure = 确定删除
button-report = 举报
button-hide = 隐藏
button-keep = 保留
button-review = 稍后处理
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
button-link = 没错，都是我的
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
prompt-reading = 译成英文：{ $reading }
prompt-unread = 无法识别，已略去：{ $words }
queued-title = 排队中：第 { $position } 位，共 { $of } 位
queued-soon = 有空闲的引擎，马上开始画。
queued-eta = 预计约 { $duration }后开始画。
queued-unknown = 引擎正在工作，暂时无法估计还要等多久。
queued-no-engine = 目前没有引擎在运行；您的画会一直排队，直到有引擎启动。
queued-again = 原来作画的引擎已离线，正在等待另一个引擎。
running-title = 正在画：第 { $step } 步，共 { $steps } 步
running-begins = 正在画：引擎已开始
running-upscaling = 已画完，正在放大
running-left = 还需约 { $duration }。
running-plateau = 画面已不再改进：将在第 { $steps } 步结束（原定 { $asked } 步）。
running-cancelling = 正在取消。
done-title = 画好了
done-alt = 画作：{ $prompt }
frame-alt = 第 { $step } 步，共 { $steps } 步：{ $prompt }
dead-title = 没有画成
dead-text = 这幅画没有画成：{ $reason }
dead-unknown = 这幅画没有画成。
cancelled-title = 已取消
deleted-title = 已删除
deleted-text = 这幅画已被删除。
hidden-title = 暂不展示
hidden-text = 画已完成，但不予展示：{ $reason }
place-gone = 我已无法在原来的聊天中发言，所以把画发到这里。
picture-missing = 暂时无法取得图片；请稍后再按“{ button-master }”。

## 队列、画廊、我的画

queue-title = 您的画
queue-none = 您没有正在排队的画。用 /paint 或 /random 开始吧。
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
gallery-long = 搜索内容太长，无法翻页；请少用几个词。
mine-title = 您的画作
mine-none = 您还没有画作。用 /paint 或 /random 开始吧。
gallery-end = 没有更早的画作了。
master-title = 原图
cancel-done = 已取消。
cancel-over = 它已经结束了。
refusal-cancel-none = 您没有可以取消的画。
delete-sure = 确定要永久删除这幅画吗？它会从画廊和聊天中消失。
delete-done = 这幅画已删除。
report-done = 谢谢，管理员会查看。
report-again = 您已举报过这幅画，管理员已经知道。
reports-title = 被举报的画
reports-none = 没有等待您处理的举报。
reports-by = { $count ->
        [0] 没有人举报这幅画，或举报已处理完毕。
       *[other] 有 { $count } 人举报了这幅画。
    }
reports-more = 还有 { $count } 幅画等待处理。
reports-how = 要隐藏这幅画，请按下方按钮，或在画出它的聊天中输入 /reports { $artwork } hide。
report-hidden = 这幅画已隐藏。
report-kept = 这幅画予以保留，相关举报已结案。
notes-title = 审核记录
notes-none = 没有记录。
field-person = 作者
field-place = 地点

## 投票与评选

vote-counted =
    { $count ->
       *[other] 投票成功；这幅画现有 { $count } 票。
    }
vote-withdrawn =
    { $count ->
        [0] 已撤回投票；这幅画现在没有票。
       *[other] 已撤回投票；这幅画现有 { $count } 票。
    }
vote-young = 您的票已保存，但不计入本轮：账号须注册满 { $age }。
vote-held = 您的票已保存，待管理员查看后再计入：短时间内来了很多票。
vote-uncounted = 您的票已保存，但不计入。
deal-title = 您喜欢这幅吗？
deal-none = 本轮目前的画您都看过了，谢谢！
deal-no-round = 现在没有进行中的评选；用 /vote 加画的编号，随时可以投票。
deal-over-title = 都看完了
round-plain = 本轮评选
round-title = “{ $title }”评选
round-none = 此处目前没有评选；策展人可用 /round open 开始一轮。
refusal-round-none = { round-none }
round-ranking = 每幅画会展示给 { $views } 人，按其中投票者的比例排名，并扣除偶然因素，因此先来的画和热门的画都不占便宜。
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
round-counting = 正在计票
round-of = { $count }（共 { $of } 幅）
round-votes =
    { $voters ->
       *[other] { $voters } 人投了 { $votes } 票
    }
round-quorum =
    { $count ->
       *[other] 至少 { $count } 人投票
    }
round-opened = 本轮已开始，为期 { $duration }，最多 { $pool } 幅画参加。
round-closed =
    { $winners ->
        [0] 本轮已结束；没有画得到足够多人的投票。
       *[other] 本轮已结束；{ $winners } 幅画获选。
    }
round-begins-title = { $title ->
        [none] 新一轮评选开始
       *[other] 新一轮评选开始：{ $title }
    }
round-begins-how = 用 /curate 或画下方的按钮让您的画参加，用 /vote 为别人的画投票。本轮将在 { $duration }后结束。
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
round-over-sell = 如果其中有您的画，请用 /sell 允许或禁止出售；未经您同意，绝不会出售。
round-next = 新的画可以参加下一轮。
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
        [none] 获选作品已铸造
       *[other] “{ $title }”的获选作品已铸造
    }
sales-listed-title = { $title ->
        [none] 获选作品开始出售
       *[other] “{ $title }”的获选作品开始出售
    }
sales-looks = 🔍 查看画作。
sales-tokens = 🪙 打开代币页面。
sales-listings = 🛒 打开购买页面。
digest-title = 本周画作
digest-text = 完成了 { $paintings } 幅画，{ $voters } 人投了 { $votes } 次票。
digest-trait-style = 获选的风格
digest-trait-subject = 获选的主题
digest-trait-colour = 获选的颜色
entered = 这幅画已参加本轮评选，祝您好运！
left = 这幅画已退出本轮评选。
left-none = 这幅画没有参加任何评选。
approved = 这幅画已收入精选集。
vetoed = 这幅画已排除，原因已写入记录。
decision-undone = 裁定已撤销；这幅画等待重新裁定。
sell-question = “{ $prompt }”可以作为代币出售吗？{ $promise }列入铸造计划之前，您随时可以改变主意。
sell-share = 出售所得中，运营者承诺给您 { $share }%。
sell-no-share = 运营者不承诺给您出售所得的分成。
sell-yes = 这幅画可以出售。{ $promise }列入铸造计划之前，您可以用 /sell 编号 no 收回同意。
sell-no = 这幅画不会出售。
sell-none = 没有等待您答复的画。
sell-by-asking = 您在此处画的画如果获选，可能会作为代币出售。{ $promise }要禁止出售，请用 /sell 编号 no。
curate-how = 请指明是哪幅画：输入 /curate 和画下方的编号，或按画下方的按钮。
curate-title = 待裁定的获选作品
curate-decide = 用 /curate 编号 approve 批准，或用 /curate 编号 veto 加上原因来否决；/curate 编号 undo 可撤销裁定。
curate-enter = 让您的哪幅画参加本轮？
curate-none = 没有待裁定的画。
muse-chance = 从全部词表中随机抽取，试试还没有人画过的组合。
muse-why = 抽中它是因为{ $reasons }。
muse-won = { $value } 在 { $painted } 次中有 { $best } 次进入前四分之一
muse-new = { $value } 还没有参加过评选
muse-other = 由 { $source } 抽取。

## 帮助

help-title = GANshare：您来描述，它来画
help-intro = 大家轮流作画；画会出现在您提出的聊天里，边画边更新。
help-paint = 提示词的各部分用 | 分开。要给某一部分加权重，就在末尾写冒号和数字：“城堡 | 暴风雨的大海:0.5 | 人:-0.3”。冒号前须是文字，所以“城堡 16:9”和“19:30 的晚餐”没有权重。提示词里也可以写选项：--ar 16:9、--no people、--preset draft、--seed 7、--size portrait（或 320x256）、--steps 200。引号里的文字原样作画，反斜杠后的 | 或 : 也是。
help-example = 例如：{ $example }
help-required = 必填
help-number = { $lowest } 至 { $highest }
help-choices = 可选：{ $choices }
help-picture = 一张附带的图片

## 账号

link-title = 一个人，多个账号
link-code = 请在十分钟内用您的另一个账号输入 /link { $code }。输入它的账号会与此账号关联，所以请勿给别人看。
link-sign-in = 或打开这个链接登录网页；十分钟内有效，只能用一次：{ $url }
link-sure = 此账号和 { $account } 是同一个人吗？关联后，画作和限额将合并计算。
link-done = 已关联：{ $accounts } 现在算同一个人。
shares-title = 今天
shares-used = 过去 24 小时您提交了 { $used } 幅画，上限是 { $quota } 幅。
shares-free =
    { $used ->
        [0] 过去 24 小时您没有提交过画；此处不设上限。
       *[other] 过去 24 小时您提交了 { $used } 幅画；此处不设上限。
    }
shares-metered = 引擎为您工作了 { $duration }。
shares-none = 本社区没有设置份额。

## 管理

settings-title = 此处的设置
settings-changed = 已修改：{ $setting }现在是“{ $value }”。
settings-title-server = 整个服务器的设置
settings-how = 用 /settings 名称 值 来修改；填“default”恢复默认。
setting-allowed = 允许作画
setting-max-side = 最长边上限
setting-max-steps = 步数上限
setting-daily-quota = 每日画数上限
setting-language = 语言
setting-curation-place = 评选地点
setting-automatic-entry = 画作自动参加评选
setting-consent-by-asking = 在此作画即同意出售
setting-guests-per-day = 访客每日画数上限
value-on = 开
value-off = 关
value-any = 沿用总限制
value-no-limit = 不限
value-own = 随各人的语言
value-here = 此处
value-as-round = 按各轮评选的设置
block-done = 已屏蔽 { $person }。
unblock-done = 已解除对 { $person } 的屏蔽。
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
refusal-prompt-unread = 提示词大部分无法识别：{ $given }；可以使用中文和英文。
refusal-prompt-reading-long = 提示词译成英文后有 { $given } 个字符；最多允许 { $allowed } 个。
refusal-prompt-script = 提示词大部分无法识别：{ $given }；可以使用 { $allowed } 文字。
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
        [num_cutouts] 裁剪块数
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
refusal-queue-near-full = 队列快满了：有 { $given } 幅画在排队，{ $wait }；剩下的位置留给排队数少于您（{ $active } 幅）的人；请稍后再试。
refusal-wait-minutes = 约需 { $minutes } 分钟才能画完
refusal-wait-unknown = 目前没有引擎在运行，无法估计要等多久
refusal-engine-size = 目前没有引擎能用 { $model } 画 { $given }；最多允许 { $allowed } 个像素，例如每边 { $side } 像素。
refusal-engine-cutouts = 目前没有引擎的内存足以在这个尺寸的画布上使用 { $given } 个裁剪块；最多允许 { $allowed } 个。
refusal-engine-model = 目前没有引擎提供模型 { $given }；可用的有 { $allowed }。
refusal-engine-model-near = 目前没有引擎提供模型 { $given }；可用的有 { $allowed }（您是想用 { $nearest } 吗？）。
refusal-missing = /{ $command } 缺少 { $parameter }；用法见 /help { $command }。
refusal-twice = 选项 --{ $parameter } 给了两次；只允许一次。
refusal-no-value = 选项 --{ $parameter } 后面需要一个值。
refusal-too-much = /{ $command } 无法识别 { $given }；用法见 /help { $command }。
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
refusal-vote-own = 这是您自己的画；只能由其他人投票。
refusal-vote-gone = 这幅画已被删除或隐藏，无法投票。
refusal-vote-blocked = 您在此处已被屏蔽，投票不计。
refusal-vote-bot = 机器人不能投票。
refusal-vote-fast = 每分钟最多投票 { $allowed } 次；请稍等片刻。
refusal-round-there = { $place } 已有一轮评选在进行；须等它结束。
refusal-round-gone = 没有编号为 { $given } 的评选。
refusal-round-length = 一轮评选须持续一分钟到一年（给的是 { $given } 秒）。
refusal-round-goes-on = 本轮评选仍在进行；可以提前结束。
refusal-round-unweighted = 本轮评选中每票权重相同。
refusal-round-weighed = 本轮评选已有份额快照。
refusal-round-ended = 本轮评选已结束；新的画可以参加下一轮。
refusal-round-full = 本轮已满 { $allowed } 幅；请等下一轮。
refusal-enter-not-yours = 这是别人的画；只有作者本人可以让它参加或退出评选。
refusal-enter-many = 每轮您最多可有 { $allowed } 幅画参加。
refusal-enter-vetoed = 策展人否决了这幅画：{ $reason }
refusal-enter-elsewhere = 这幅画正在参加另一轮评选。
refusal-enter-again = 这幅画已经参加过评选。
refusal-veto-reason = 否决须写明原因，原因会保留在记录中。
refusal-approve = { $given } 这幅画没有获选；只有获选的画可以批准。
refusal-entered-nowhere = { $given } 这幅画没有参加过任何评选。
refusal-rank-curator = 只有策展人可以这样使用 /{ $command }。
refusal-round-private = 评选须在其他人看得到的地方举行；请在频道或群组中输入。
refusal-round-elsewhere = 此处的评选在 { $place } 举行；只有那里的策展人可以操作。
refusal-enter-from-elsewhere = 这幅画是在别处画的；只有作者本人，或由运营者指定的策展人，可以让它在此参加评选。
refusal-decide-from-elsewhere = 这幅画是在别处画的；只有由运营者指定的策展人可以裁定。
refusal-decided-nothing = 还没有人裁定过这幅画。
refusal-sale-planned = 这幅画已列入铸造计划，不能再更改是否出售。
refusal-decided-planned = 这幅画已列入铸造计划，不能再更改裁定。
refusal-rank-admin = 只有管理员可以使用 /{ $command }。
refusal-rank-owner = /{ $command } 对所有地方生效，因此只有 BOT_ADMINS 中指定的人可以使用。
refusal-reports-there = 这幅画是在别处画的；由那里的管理员用 /reports { $artwork } hide 处理。
refusal-place = 此处不允许作画；管理员可用 /settings allowed on 开启。
refusal-side = 此处最长边不得超过 { $allowed } 像素（给的是 { $given }）。
refusal-steps = 此处最多允许 { $allowed } 步（给的是 { $given } 步）。
refusal-quota = 过去 24 小时您已提交 { $given } 幅画，此处每天允许 { $allowed } 幅；请过些时候再来。
refusal-guest = 访客不能在此作画；请在聊天中用 /link 获取登录链接。
refusal-guest-quota = 访客每天可以画 { $allowed } 幅，您已用完；请在聊天中用 /link 获取登录链接。
refusal-moderation-place = 网页在 /moderation 显示举报，但不发送通知：请填写一个频道或群组，如 discord:42 或 telegram:-100，或“default”。
refusal-no-server = 只有 Discord 服务器中的频道才有整个服务器的设置；请不要填写“where”。
refusal-blocked-quietly = 您不能在此作画；这是管理员的决定。
refusal-no-artwork = 没有编号为 { $given } 的画；也许它已被删除。
refusal-no-job = 队列中没有编号为 { $given } 的画。
refusal-cancel-not-yours = { $given } 不是您的画；只有作者本人可以取消。
refusal-code = 这个关联码不存在、已用过或已超过十分钟；用 /link 可以获取新的关联码。
refusal-one-person = { $one } 和 { $other } 已经是同一个人；请用您的另一个账号输入关联码。
refusal-token-scopes = 令牌至少需要 { $allowed } 之一。
refusal-passkey-known = 此设备已有本网页的通行密钥。
refusal-passkey-many = 您已有 { $allowed } 个通行密钥；请先移除一个。
refusal-passkey-none = 您没有这个通行密钥。
refusal-passkey-unknown = 此通行密钥在这里已失效；请用其他方式登录。
refusal-passkey-bad = 无法验证此通行密钥；请重新加载页面再试一次。
refusal-passkey-address = 通行密钥需要网页使用带域名的 https 地址（BOT_WEB_URL）；在本机上也可使用 http://localhost。
refusal-passkey-member = 请先登录，再添加通行密钥。
refusal-token-many = 您已有 { $allowed } 个令牌；请先撤销一个。
refusal-token-none = 您没有令牌 { $given }。
refusal-sign-in = 这个登录链接已用过或已超过十分钟；请重新获取。
refusal-setting-switch = 设置 { $setting } 须为 on 或 off，或 default（给的是 { $given }）。
refusal-setting-number = 设置 { $setting } 须为 { $lowest } 到 { $highest } 之间的数字，或 default（给的是 { $given }）。
refusal-setting-multiple = 设置 { $setting } 须为 { $lowest } 到 { $highest } 之间 { $multiple } 的倍数，或 default（给的是 { $given }）。
refusal-setting-language = 设置 { $setting } 须为语言，例如 en 或 zh，或 default（给的是 { $given }）。
refusal-setting-place = 设置 { $setting } 须为地点，例如 discord:123，或 default（给的是 { $given }）。
refusal-not-yours = { $given } 不是您的画；只有作者本人可以删除。
refusal-init-gone = 原来的起始图片已不再保存；请用 /paint 附上新的图片。
refusal-button = 这个按钮已经失效。
refusal-person = 找不到 { $given }；请写平台加数字，例如 discord:42。
refusal-picture-large = 图片有 { $given } MB；最多允许 { $allowed } MB。
refusal-picture-pixels = 图片有 { $given } 个像素；最多允许 { $allowed } 个。
refusal-picture-broken = 附件不是可以读取的图片；请使用 PNG、JPEG、WebP 或 GIF。
world-away-other = 暂时无法完成；请稍后再试。
refusal-image-format = { $what }不是图片，或格式不受支持（支持 { $allowed }）。
refusal-image-damaged = { $what }已损坏或不完整。
refusal-image-large = { $what }过大；最多允许 { $allowed } 百万像素。
refusal-image-pixels = { $what }有 { $given } 个像素；最多允许 { $allowed } 百万像素。
refusal-init-image = 起始图片
refusal-request-damaged = 存储的请求已损坏：{ $reason }
refusal-engine-memory = 引擎的内存不足以画这幅画。
refusal-engine-memory-size = 引擎的内存不足以画 { $given }；使用 { $cutouts } 个裁剪块时，同样比例最大可画 { $nearest }。
refusal-queue-expired = { $allowed } 天内没有引擎画这幅画；请重新提交。
refusal-engine-hung = 这幅画的某一步卡住了，引擎只好停止。
refusal-job-long = 这幅画用了超过 { $allowed } 分钟；请减少步数或缩小尺寸。
refusal-engine-silent = 引擎 { $engine } 在第 { $attempt } 次尝试的第 { $step } 步失去响应。
refusal-internal = 抱歉，GANshare 内部出了问题（编号 { $id }）。
refusal-unsafe-label = 看起来像{ $label ->
        [nudity] 裸露内容
       *[other] { $label }
    }（{ $score }）
refusal-unsafe-unchecked = 无法检查
refusal-unsafe-reported = 有人举报
refusal-unsafe-vetoed = 已被策展人否决：{ $reason }
refusal-log-blocked = 已拒绝：{ $rules }
refusal-log-flagged = 已标记：{ $rules }
refusal-log-closed = 已结案 { $count } 份举报
refusal-log-by = 操作者：{ $by }
internal-error = 抱歉，我们这边出了问题；日志编号是 { $id }。

## 终端

terminal-welcome = 输入提示词即可作画；/help 查看更多，/quit 退出。
terminal-engine = 没有引擎在运行；正在启动一个，需要几秒钟。
terminal-engine-failed = 引擎已停止：{ $reason }
terminal-frame = 第 { $step } 步：{ $path }
terminal-saved = 已保存为 { $path }
terminal-bye = 再见。
