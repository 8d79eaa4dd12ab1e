command-notify = Choose when to be told that a painting is done.
command-notify-when = late (if it took more than two minutes), always or never.
notify-late = You are told that a painting is done if it took more than two minutes.
notify-always = You are told of each painting that is done.
notify-never = You are not told that a painting is done.
ping-done = your painting is done.
field-by = Asked by
