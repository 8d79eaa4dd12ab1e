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
