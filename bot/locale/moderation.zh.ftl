# What the moderation answers; { $found } is what a rule's `says` calls it.

refusal-blocked-prompt = 此处不画这个提示词：不允许{ $found }；请换一个内容。
refusal-picture-unsafe = 不接受用这张图片作为起点：{ $reason }；请换一张。
