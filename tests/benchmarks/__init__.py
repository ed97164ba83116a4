"""Speed, as ratios taken side by side in one run: `make bench`. Not part of CI; machines are noisy."""
