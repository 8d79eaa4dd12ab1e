"""Operations on a store's schema and files: migration, backup, status."""
