command-notify = Choose when you get a message about a finished painting.
command-notify-when = late (if it took more than two minutes), always or never.
notify-late = You get a message when a painting that took more than two minutes is finished.
notify-always = You get a message whenever a painting is finished.
notify-never = You get no messages about finished paintings.
ping-done = your painting is finished.
field-by = Requested by
