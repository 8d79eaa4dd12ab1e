# 评选与 /random 的补充说明。

muse-learned =
    { $count ->
       *[other] 措辞学自 { $count } 条获选的提示词。
    }
round-preselect = 自动参加的画中，由程序按评分选出前 { $share }%；成员仍可自行让自己的画参加。
withdrawn = 这幅画已不再展示。

command-stats = 最近谁画得最多、投票最多，谁最早看中获选作品。
stats-title = 最近 30 天
stats-own = { $count ->
    [0] 最近 { $days } 天您没有画过画。
   *[other] 最近 { $days } 天您画了 { $count } 幅画。
    }
stats-painters = 画作
stats-voters = 投给别人的票
stats-tasters = 最早投给获选作品
stats-somebody = 某人
