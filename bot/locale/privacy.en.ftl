command-privacy = Choose who sees your paintings.
command-privacy-visibility = public, unlisted (anyone with the link) or only-me; “default” resets it.
command-privacy-artwork = One of your paintings; if left out, all that you ask for from now on.
command-export = Get a file with everything that is stored about you.
command-forget = Delete everything of yours that is not minted.
command-paint-visibility = Who sees it: public, unlisted (anyone with the link) or only-me.
button-forget = Forget me
visibility-public = public
visibility-unlisted = unlisted
visibility-only-me = only me
value-visibility = public; unlisted in private chats
setting-visibility = Who sees paintings
privacy-title = Who sees your paintings
privacy-now = Paintings that you ask for here are now { $visibility }.
privacy-how = /privacy NAME applies to all paintings that you ask for from now on, /privacy NAME ID to one painting, and /paint … --visibility NAME to the painting that you ask for.
privacy-public = Everyone sees them: in galleries, on the page and in rounds.
privacy-unlisted = Anyone with the link or ID sees them, and so does everyone in the chat where you asked.
privacy-only-me = Only you see them: in private messages, in /mine and on the page once you are signed in.
privacy-painting = This painting is now { $visibility }.
masked-text = Only the member who asked for it can see this painting.
masked-done = Only the member who asked for it can see this painting: in a private message from me, in /mine and on the page.
export-title = What is stored about you
export-text = All database rows about you, as JSON. Get the pictures with “Full size”.
forget-title = Forget me
forget-sure = This deletes your paintings, prompts, uploads and choices for good, in all chats and on the page, for all linked accounts. Minted paintings stay; they and your votes keep a name that cannot be traced to you. Backups lose your data when they expire.
forget-done =
    { $minted ->
        [0] Your data is deleted; paintings removed: { $count }.
       *[other] Your data is deleted; paintings removed: { $count }, minted ones that stay: { $minted }.
    }
privacy-first =
    { $visibility ->
        [public] What you paint in this chat is public: in every gallery, on the page and in rounds. Change that with /privacy.
        [only-me] Only you can see what you paint in this chat. Change that with /privacy.
       *[other] What you paint in this chat is in no gallery and no round; only you and people with its link or ID can see it. Change that with /privacy.
    }
web-privacy = Privacy
web-privacy-all = Paintings that I ask for from now on
web-privacy-default = page default: { $visibility }
web-privacy-one = Visible to
web-privacy-save = Save
web-visibility = Visible to
web-export = Download
web-forget-yes = Yes, delete everything
