# 新服务器或群组中的第一条消息。

welcome-title = 您好，您描述，我来画
welcome-paint = 画画
welcome-paint-how = 输入 /paint 和想看的内容，例如“Cubist Painting of a City in Teal”；没有主意时用 /random。您可以看着画一步步成形。
welcome-vote = 投票
welcome-vote-how = 按画作下方的 ❤️，或使用 /vote。评选人用 /round open 开始一轮投票。
welcome-admins = 给管理员
welcome-admins-how = /settings 列出这里允许什么：语言、尺寸、每日数量，以及在哪里通知管理员有举报。
