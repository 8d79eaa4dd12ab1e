# 新服务器或群组中的第一条消息。

welcome-title = 您好！您来描述，我来画
welcome-paint = 作画
welcome-paint-how = 输入 /paint 和想看到的内容，例如“雪山上的红色寺庙”；没有主意就用 /random。您可以看着画一步步成形。
welcome-vote = 投票
welcome-vote-how = 按画下方的 ❤️，或使用 /vote。策展人可用 /round open 开始一轮评选。
welcome-admins = 给管理员
welcome-admins-how = /settings 显示此处的设置：语言、尺寸、每日画数，以及接收举报通知的地方。
