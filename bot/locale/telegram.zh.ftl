# 仅 Telegram 前端使用的文字。

telegram-told = 答复只给您本人看，已用私信发给您。
telegram-write-first = 答复只给您本人看：请打开 { $url }，点击“开始”，然后在那里问我。
telegram-picture-away = 暂时无法从 Telegram 取得您的图片；请稍后再试。
telegram-as-channel = 请以您本人的名义发言；频道身份不能作画或投票。
telegram-begin = 输入 /paint 和想看到的内容就能作画，例如“/paint 雪山上的红色寺庙”。
telegram-help = 全部命令
telegram-inline = 画“{ $prompt }”
telegram-inline-new = 画一幅新的
telegram-start-prompt = 想让我画这个，请把它发给我：
