# What only Telegram's frontend says.

telegram-told = I sent you the answer in a private message, because it is only for you.
telegram-write-first = The answer is only for you: open { $url }, press Start, and ask me there.
telegram-picture-away = Your picture cannot be fetched from Telegram right now; please try again in a moment.
telegram-as-channel = Please write under your own name; channels can neither paint nor vote here.
telegram-begin = Type /paint and what you want to see, such as “/paint Cubist Painting of a City in Teal”.
telegram-help = All commands
telegram-inline = Paint “{ $prompt }”
telegram-inline-new = Paint something new
telegram-start-prompt = To have this painted, send it to me:
