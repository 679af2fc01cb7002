"""The kill matrix: real processes, killed with SIGKILL at every call that they make.

A handler runs in a process of its own (`worker_process`), against ministack and the vendors'
emulators. An untroubled run tells which calls there are (`points`); then each of them is a case:
killed before the other side has done it, after that but before its answer, and after the answer.
The message or request is then repeated with the clocks moved past every lease, until it is over;
and everything must be there exactly once (`exactly_once`). Nothing sleeps: an emulator holds a
request and says so (`holds`), and time is an offset.

Cases run on two installations side by side (`lanes`) and are counted (`counting`); the number is
printed at the end of the run.
"""
