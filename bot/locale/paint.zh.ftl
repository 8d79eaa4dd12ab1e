# 修改提示词、一次画几幅、从图片开始。

button-edit = 修改
button-pick = 查看
edit-title = 修改提示词
edit-how = 改好提示词后再画一幅，其他选项不变；提示词里写的选项优先，例如 --size wide、--seed 7。
edit-label = 提示词
telegram-edit-how = 请回复本条消息，写出新提示词，其他选项不变。点按即可复制原来的：

## 一次画几幅

command-paint-count = 画几幅，最多 4 幅，放在一条消息里供您挑选；每幅单独计数。
grid-title =
    { $count ->
        [0] 没有画成
       *[other] 画完了：{ $count } 幅供您挑选
    }
grid-under-way = 已画完 { $count } 幅，共 { $of } 幅

## 从图片开始，以及风格

command-paint-strength = 起始图片保留多少（百分比）。
command-paint-style = 词表中的一种风格，例如 Cubist。
refusal-strength = strength 表示起始图片保留多少；请附上起始图片。

## /describe

command-describe = 说出图片里有什么，并给出可以照着画的提示词。
command-describe-picture = 图片。
button-paint = 画这个
describe-asked = 有人问我一张图片里有什么。
describe-running = 正在看图片
describe-title = 我看到的
describe-text =
    { $prompt }

    这是按词表猜的。点“画这个”就照它画一幅。
describe-alt = 被描述为{ $subject }的图片
describe-failed = 没有描述
field-others = 也可能是
field-colours = 颜色
refusal-describe-picture = /describe 需要一张图片：请附上 PNG、JPEG、WebP 或 GIF，或回复一张图片并发送 /describe。
refusal-describe-gone = 要描述的图片已不存在；请重新发送。
refusal-described-picture = 要描述的图片
refusal-engine-describe = 目前没有引擎能描述图片；请稍后再试。
menu-describe = 描述图片
