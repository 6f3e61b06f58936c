"""Operations as bytes, in each format: pure, page by page, in constant memory."""
