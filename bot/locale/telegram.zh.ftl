# 仅 Telegram 前端使用的文字。

telegram-told = 答复仅供您本人查看，已私信发给您。
telegram-write-first = 答复仅供您本人查看：请打开 { $url }，点击“开始”，然后在那里问我。
telegram-picture-away = 暂时无法从 Telegram 取得您的图片；请稍后再试。
telegram-as-channel = 请以您本人的名义发言：以频道身份不能在此作画或投票。
telegram-begin = 用 /paint 加上想看的内容就能作画，例如“/paint Cubist Painting of a City in Teal”。
telegram-help = 全部命令
