command-notify = 选择画完成后何时通知您。
command-notify-when = late（超过两分钟时）、always（总是）或 never（从不）。
notify-late = 用时超过两分钟的画完成后会通知您。
notify-always = 每幅画完成后都会通知您。
notify-never = 画完成后不会通知您。
ping-done = 您的画完成了。
field-by = 作者
