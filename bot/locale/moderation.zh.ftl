# What the moderation answers; { $found } is what a rule's `says` calls it.

refusal-blocked-prompt = 这个提示词不能在此作画：不允许{ $found }；请换一个内容。
refusal-picture-unsafe = 这张图片不能使用：{ $reason }；请换一张。

setting-moderation-place = 接收举报和违规提示词通知的地方
value-nowhere = 不通知
alert-title = 致管理员
alert-how = { $more ->
    [0] /reports 逐一查看举报，/notes 查看记录。
   *[other] 另有 { $more } 条：/reports 逐一查看举报，/notes 查看记录。
    }
alert-report = { $number } · 有画作被举报
alert-prompt-refused = { $number } · 提示词被拒绝（{ $rules }）
alert-prompt-flagged = { $number } · 提示词被标记（{ $rules }）
alert-where = { $person }，在 { $place }

## 在一个服务器内屏蔽

command-block-where = here 表示此服务器或群组；运营者指定的管理员还可选 everywhere（所有地方）。
block-done-here = 已在此服务器屏蔽 { $person }：不能作画、投票和策展。
block-list = 已屏蔽
block-list-none = 此处没有屏蔽任何人。
refusal-banned = 此服务器的管理员已将您屏蔽。
refusal-block-everywhere = 只有 BOT_ADMINS 中指定的人可以在所有地方屏蔽；不填“where”则只在此服务器屏蔽。
