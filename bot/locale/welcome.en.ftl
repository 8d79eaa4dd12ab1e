# The first message in a new server or group.

welcome-title = Hello, I paint what you describe
welcome-paint = Paint
welcome-paint-how = Type /paint and what you want to see, such as “Cubist Painting of a City in Teal”, or /random for an idea. You can watch the painting take shape.
welcome-vote = Vote
welcome-vote-how = Press ❤️ below a painting, or use /vote. Curators open a round with /round open.
welcome-admins = For admins
welcome-admins-how = /settings shows what is allowed here: language, sizes, paintings per day, and where moderators hear of reports.
