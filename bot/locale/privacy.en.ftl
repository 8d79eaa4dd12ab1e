command-privacy = Choose who sees what you ask for.
command-privacy-visibility = public, unlisted (those who have the link) or only-me; “default” takes it back.
command-privacy-artwork = One painting of yours; all that you ask for from now on if left out.
command-export = Get a file with all that is stored about you.
command-forget = Have all of you removed that is not minted.
command-paint-visibility = Who sees it: public, unlisted (those who have the link) or only-me.
button-forget = Forget me
visibility-public = public
visibility-unlisted = unlisted
visibility-only-me = only me
value-visibility = public; unlisted in private chats
setting-visibility = Who sees paintings
privacy-title = Who sees your paintings
privacy-now = What you ask for here is { $visibility } now.
privacy-how = /privacy NAME changes it for all that you ask for from now on, /privacy NAME ID for one painting, and /paint … --visibility NAME for the one that you ask for.
privacy-public = All see it: in galleries, on the page and in rounds.
privacy-unlisted = Those see it who have its link or id, and who are where it was asked for.
privacy-only-me = You alone see it, in private messages, in /mine and on the page once you are signed in.
privacy-painting = This painting is { $visibility } now.
masked-text = Only the member who asked for it sees what it is.
masked-done = Only the member who asked for it sees it: in a private message from me, in /mine and on the page.
export-title = What is stored about you
export-text = All rows of the database that are about you, as JSON. The pictures come with “Full size”.
forget-title = Forget me
forget-sure = Your paintings, prompts, uploads and choices are removed for good, in all chats and on the page, for all accounts that are linked. Minted paintings stay; they and your votes keep a name that leads to nobody. Backups lose it as they age out.
forget-done =
    { $minted ->
        [0] You are forgotten; paintings removed: { $count }.
       *[other] You are forgotten; paintings removed: { $count }, minted ones that stay: { $minted }.
    }
privacy-first =
    { $visibility ->
        [public] What you paint in this chat is public: in every gallery, on the page and in rounds; /privacy changes that.
        [only-me] What you paint in this chat is for you alone: nobody else can open it; /privacy changes that.
       *[other] What you paint in this chat is in no gallery and no round; you see it, and those to whom you give its link or id; /privacy changes that.
    }
web-privacy = Privacy
web-privacy-all = What I ask for from now on is
web-privacy-default = as this page has it: { $visibility }
web-privacy-one = Seen by
web-privacy-save = Save
web-visibility = Seen by
web-export = Download
web-forget-yes = Yes, remove it all
