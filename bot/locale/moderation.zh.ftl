# What the moderation answers; { $found } is what a rule's `says` calls it.

refusal-blocked-prompt = 这个提示词不能在此作画：不允许{ $found }；请换一个内容。
refusal-picture-unsafe = 这张图片不能作为起点：{ $reason }；请换一张。

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
