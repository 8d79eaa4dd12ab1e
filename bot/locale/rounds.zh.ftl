# 评选与 /random 的补充说明。

muse-learned =
    { $count ->
       *[other] 措辞取自 { $count } 条获选提示词。
    }
round-preselect = 自动参加的画由程序按其喜好选出前 { $share }%；作者仍可自行让自己的画参加。
withdrawn = 这幅画已不再展示。

command-stats = 最近谁画得最多、投票最多，谁最早看中了获胜作品。
stats-title = 最近 30 天
stats-own = { $count ->
    [0] 最近 { $days } 天您没有请求过画作。
   *[other] 最近 { $days } 天您请求了 { $count } 幅画。
    }
stats-painters = 画作
stats-voters = 投给他人画作的票
stats-tasters = 最早投给获胜作品
stats-somebody = 某人
