command-privacy = 选择谁能看到您请求的画。
command-privacy-visibility = public（公开）、unlisted（有链接者可见）或 only-me（仅自己）；default 恢复默认。
command-privacy-artwork = 您的一幅画；省略则用于今后请求的所有画。
command-export = 获取一个文件，内含存储的所有与您有关的数据。
command-forget = 删除您的所有未铸造的数据。
command-paint-visibility = 谁能看到：public（公开）、unlisted（有链接者可见）或 only-me（仅自己）。
button-forget = 忘记我
visibility-public = 公开
visibility-unlisted = 不列出
visibility-only-me = 仅自己
value-visibility = 公开；私聊中不列出
setting-visibility = 画的可见范围
privacy-title = 谁能看到您的画
privacy-now = 您在这里请求的画现在是：{ $visibility }。
privacy-how = /privacy 名称 用于今后请求的所有画，/privacy 名称 编号 用于一幅画，/paint … --visibility 名称 用于正在请求的画。
privacy-public = 所有人可见：画廊、网页和评选。
privacy-unlisted = 有链接或编号的人，以及在请求它的地方的人可见。
privacy-only-me = 只有您可见：私信、/mine，以及登录后的网页。
privacy-painting = 这幅画现在是：{ $visibility }。
masked-text = 只有请求者能看到内容。
masked-done = 只有请求者能看到：在我的私信、/mine 和网页中。
export-title = 存储的与您有关的数据
export-text = 数据库中所有与您有关的记录，JSON 格式。图片可通过“原图”获取。
forget-title = 忘记我
forget-sure = 您的画、提示词、上传的图片和选择将从所有聊天和网页中永久删除，包括所有已关联的账号。已铸造的画保留；它们和您的投票只留下不指向任何人的名称。备份过期后也会消失。
forget-done =
    { $minted ->
        [0] 已忘记您；删除的画：{ $count }。
       *[other] 已忘记您；删除的画：{ $count }，保留的已铸造的画：{ $minted }。
    }
refusal-visibility-planned = 这幅画已计划铸造，因此所有人可见。
refusal-enter-not-public = 这幅画并非公开；只有公开的画才能参加评选。
privacy-first =
    { $visibility ->
        [public] 您在此聊天中画的画是公开的：出现在所有画廊、网页和评选中；用 /privacy 可更改。
        [only-me] 您在此聊天中画的画只有您能看到；用 /privacy 可更改。
       *[other] 您在此聊天中画的画不在任何画廊和评选中；只有您和得到其链接或编号的人能看到；用 /privacy 可更改。
    }
web-privacy = 隐私
web-privacy-all = 我今后请求的画
web-privacy-default = 按本页默认：{ $visibility }
web-privacy-one = 可见范围
web-privacy-save = 保存
web-visibility = 可见范围
web-export = 下载
web-forget-yes = 是的，全部删除
