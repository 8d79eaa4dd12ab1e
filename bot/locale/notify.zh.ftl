command-notify = 选择何时通知您画已完成。
command-notify-when = late（超过两分钟时）、always（总是）或 never（从不）。
notify-late = 画得超过两分钟时，完成后会通知您。
notify-always = 每幅画完成后都会通知您。
notify-never = 画完成后不会通知您。
ping-done = 您的画完成了。
field-by = 请求者
