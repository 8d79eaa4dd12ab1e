# 评选与 /random 的补充说明。

muse-learned =
    { $count ->
       *[other] 措辞取自 { $count } 条获选提示词。
    }
round-preselect = 自动参加的画由程序按其喜好选出前 { $share }%；作者仍可自行让自己的画参加。
withdrawn = 这幅画已不再展示。
