"""What a partnership printed in its strategy, held against itself and against the dataset."""
