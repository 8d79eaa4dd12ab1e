# Shares and wallets, in chats and on the page.

link-wallet = To link a wallet that holds shares, open this address; it works once, for ten minutes: { $url }
link-wallet-no-page = Wallets are linked on the web page, whose address is not set up here.
command-unlink = Unlink one of your wallets; without one, choose from all.
command-unlink-wallet = The wallet's address.
button-unlink = Unlink
unlink-title = Your wallets
unlink-how = { $days ->
    [0] Which of your wallets shall be unlinked? Paintings that wait and are paid by its shares are given up.
    [one] Which of your wallets shall be unlinked? Paintings that wait and are paid by its shares are given up, and for one day nobody else can link it.
   *[other] Which of your wallets shall be unlinked? Paintings that wait and are paid by its shares are given up, and for { $days } days nobody else can link it.
    }
unlink-done = { $days ->
    [0] The wallet { $wallet } is unlinked.
    [one] The wallet { $wallet } is unlinked. For one day nobody else can link it; you can at any time.
   *[other] The wallet { $wallet } is unlinked. For { $days } days nobody else can link it; you can at any time.
    }
shares-others = You asked for { $used } paintings in the last 24 hours; without a share, { $quota } are allowed.
shares-left = { $left } of engines' time left of { $of }; { $used } used.
shares-until = { $count ->
    [one] You hold one share. Its time begins anew on { $until }.
   *[other] You hold { $count } shares. Their time begins anew on { $until }.
    }
shares-gift = A gift ({ $reason }): { $left } left, until { $until }.
shares-no-wallet = You have linked no wallet. /link says how.
shares-empty = { $wallets ->
    [one] Your wallet holds no share.
   *[other] Your { $wallets } wallets hold no share.
    }
shares-page = Wallets, statements and what your shares unlock: { $url }
shares-no-time = none
shares-invitation = You hold a share: this address lets you into the holders' group. It works once, for a day: { $url }

web-nav-shares = Shares
web-shares-none = No shares are set up in this community.
web-shares-left = Left
web-shares-used = Used
web-shares-total = In all
web-shares-until = Begins anew
web-shares-free = Without a share, { $count } paintings a day are free here.
web-shares-holders = Here, holders of a share paint.
web-shares-stale = The chain cannot be read at the moment. This is what was known last.
web-shares-payers = What pays for your paintings
web-shares-share = Share { $name }
web-shares-gift = Gift: { $name }
web-shares-nothing = Nothing yet: link a wallet that holds a share.
web-shares-statement = Download the statement (CSV)
web-shares-column-what = What
web-shares-column-wallet = Wallet
web-wallets = Wallets
web-wallets-yours = These wallets are linked to { $account }:
web-wallets-none = No wallet is linked to { $account } yet.
web-wallets-how = Your wallet asks you to sign a message. It names this page and your account, costs nothing and moves nothing. Never type your seed phrase, here or anywhere.
web-wallets-link = Link a wallet
web-wallets-link-with = Link with { $name }
web-wallets-missing = No wallet was found in this browser. Install one as an extension, or open this page in your wallet's own browser.
web-wallets-script = Linking a wallet needs JavaScript.
web-wallets-refused = The wallet did not sign; nothing was linked.
web-wallets-unlink = Unlink
web-wallets-unlinked = The wallet is unlinked. For { $days } days nobody else can link it.
web-wallets-linked = The wallet { $wallet } is linked.
web-unlockables = Unlocked by your shares
web-unlockables-none = Nothing is unlocked for you.
web-unlockables-open = Open
web-unlockables-note = Who opens what, and when, is kept in a log.
web-unlockables-size = { $size } bytes, SHA-256 { $sha256 }
