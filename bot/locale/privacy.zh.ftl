command-privacy = 选择谁能看到您的画。
command-privacy-visibility = public（公开）、unlisted（有链接即可见）或 only-me（仅自己）；填“default”恢复默认。
command-privacy-artwork = 您的一幅画；不填则用于今后所有的画。
command-export = 获取一个文件，内含我们保存的所有与您有关的数据。
command-forget = 删除您的所有数据（已铸造的除外）。
command-paint-visibility = 谁能看到：public（公开）、unlisted（有链接即可见）或 only-me（仅自己）。
button-forget = 删除我的数据
visibility-public = 公开
visibility-unlisted = 不列出
visibility-only-me = 仅自己
value-visibility = 公开；私聊中不列出
setting-visibility = 画的可见范围
privacy-title = 谁能看到您的画
privacy-now = 您在此处画的画目前是：{ $visibility }。
privacy-how = /privacy 名称 用于今后所有的画，/privacy 名称 编号 用于某一幅画，/paint … --visibility 名称 用于正要画的画。
privacy-public = 所有人可见：出现在画廊、网页和评选中。
privacy-unlisted = 有链接或编号的人，以及画出它的聊天中的人可见。
privacy-only-me = 只有您可见：在私信、/mine 和登录后的网页中。
privacy-painting = 这幅画目前是：{ $visibility }。
masked-text = 只有作者本人能看到这幅画。
masked-done = 只有作者本人能看到这幅画：在我的私信、/mine 和网页中。
export-title = 我们保存的与您有关的数据
export-text = 数据库中所有与您有关的记录，JSON 格式。图片可通过“原图”获取。
forget-title = 删除我的数据
forget-sure = 您的画、提示词、上传的图片和各项选择将从所有聊天和网页中永久删除，包括所有已关联的账号。已铸造的画会保留；它们和您的投票改用一个无法追溯到您的名称。备份中的数据会随备份过期而消失。
forget-done =
    { $minted ->
        [0] 您的数据已删除；删除的画：{ $count } 幅。
       *[other] 您的数据已删除；删除的画：{ $count } 幅，保留的已铸造的画：{ $minted } 幅。
    }
refusal-visibility-planned = 这幅画已列入铸造计划，因此所有人可见。
refusal-enter-not-public = 这幅画不是公开的；只有公开的画才能参加评选。
privacy-first =
    { $visibility ->
        [public] 您在此聊天中画的画是公开的：出现在所有画廊、网页和评选中；用 /privacy 可更改。
        [only-me] 您在此聊天中画的画只有您能看到；用 /privacy 可更改。
       *[other] 您在此聊天中画的画不在任何画廊和评选中；只有您和得到其链接或编号的人能看到；用 /privacy 可更改。
    }
web-privacy = 隐私
web-privacy-all = 我今后的画
web-privacy-default = 按本页默认：{ $visibility }
web-privacy-one = 可见范围
web-privacy-save = 保存
web-visibility = 可见范围
web-export = 下载
web-forget-yes = 是的，全部删除
