# Shares and wallets, in chats and on the page.

link-wallet = To link a wallet that holds shares, open this address; it works once, within ten minutes: { $url }
link-wallet-no-page = Wallets are linked on the web page, but its address is not set up here.
command-unlink = Unlink one of your wallets; if left out, choose from a list.
command-unlink-wallet = The wallet’s address.
button-unlink = Unlink
unlink-title = Your wallets
unlink-how = { $days ->
    [0] Which wallet do you want to unlink? Waiting paintings that its shares pay for are dropped.
    [one] Which wallet do you want to unlink? Waiting paintings that its shares pay for are dropped, and for one day nobody else can link it.
   *[other] Which wallet do you want to unlink? Waiting paintings that its shares pay for are dropped, and for { $days } days nobody else can link it.
    }
unlink-done = { $days ->
    [0] The wallet { $wallet } is unlinked.
    [one] The wallet { $wallet } is unlinked. Nobody else can link it for one day; you can at any time.
   *[other] The wallet { $wallet } is unlinked. Nobody else can link it for { $days } days; you can at any time.
    }
shares-others = You asked for { $used } paintings in the last 24 hours; without a share, { $quota } are allowed.
shares-left = Engine time left: { $left } of { $of }; { $used } used.
shares-until = { $count ->
    [one] You hold one share. Its time is renewed on { $until }.
   *[other] You hold { $count } shares. Their time is renewed on { $until }.
    }
shares-gift = A gift ({ $reason }): { $left } left, until { $until }.
shares-no-wallet = You have not linked a wallet. /link explains how.
shares-empty = { $wallets ->
    [one] Your wallet holds no shares.
   *[other] Your { $wallets } wallets hold no shares.
    }
shares-page = Wallets, statements and what your shares unlock: { $url }
shares-no-time = none
shares-invitation = You hold a share, so you may join the holders’ group. This address works once, within a day: { $url }

web-nav-shares = Shares
web-shares-none = This community has no shares.
web-shares-left = Left
web-shares-used = Used
web-shares-total = Total
web-shares-until = Renewed on
web-shares-free = Without a share, you can ask for { $count } paintings per day.
web-shares-holders = Only share holders can paint here.
web-shares-stale = The chain cannot be read at the moment. These are the last known values.
web-shares-payers = What pays for your paintings
web-shares-share = Share { $name }
web-shares-gift = Gift: { $name }
web-shares-nothing = Nothing yet. Link a wallet that holds a share.
web-shares-statement = Download the statement (CSV)
web-shares-column-what = Item
web-shares-column-wallet = Wallet
web-wallets = Wallets
web-wallets-yours = These wallets are linked to { $account }:
web-wallets-none = { $account } has no linked wallet yet.
web-wallets-how = Your wallet asks you to sign a message that names this page and your account. Signing costs nothing and moves nothing. Never type your seed phrase, here or anywhere.
web-wallets-link = Link a wallet
web-wallets-link-with = Link with { $name }
web-wallets-missing = No wallet was found in this browser. Install one as an extension, or open this page in your wallet's own browser.
web-wallets-script = Linking a wallet needs JavaScript.
web-wallets-refused = The wallet did not sign, so nothing was linked.
web-wallets-unlink = Unlink
web-wallets-unlinked = The wallet is unlinked. Nobody else can link it for { $days } days.
web-wallets-linked = The wallet { $wallet } is linked.
web-unlockables = Unlocked by your shares
web-unlockables-none = Nothing is unlocked for you.
web-unlockables-open = Open
web-unlockables-note = A log keeps who opens what, and when.
web-unlockables-size = { $size } bytes, SHA-256 { $sha256 }
