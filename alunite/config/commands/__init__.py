"""The commands of `alunite`, one module for each thing they are about."""
