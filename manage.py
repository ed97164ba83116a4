#!/usr/bin/env python3
"""Django's command line, with the servers that each command needs."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rebattery.settings")
    from django.core.management import execute_from_command_line

    from rebattery.embedded.session import servers_for

    with servers_for(sys.argv[1:]):
        execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
