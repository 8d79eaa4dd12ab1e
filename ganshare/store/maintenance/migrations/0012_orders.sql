-- What a marketplace has refused it has seen: such an order stays live until it ends or is cancelled
-- on the chain. A token may have more than one of them here, from before that was known.

DROP INDEX ledger_orders_live;
CREATE INDEX ledger_orders_live ON ledger_orders (chain_id, collection, token)
    WHERE state IN ('signed', 'posting', 'posted', 'cancelling', 'refused');
CREATE UNIQUE INDEX ledger_orders_to_post ON ledger_orders (chain_id, collection, token)
    WHERE state IN ('signed', 'posting');

-- Orders of one tree share its signature, 65 bytes, and until now each one's salt followed from its
-- token. Who has one of them can therefore make up the others, posted or not.
UPDATE ledger_orders SET state = 'refused', reason = 'never posted, but others of its tree were'
    WHERE (state = 'signed' OR reason IN (
        'never posted', 'the marketplace''s terms changed before it was posted'))
    AND EXISTS (
        SELECT 1 FROM ledger_orders shown
        WHERE substr(shown.signature, 1, 130) = substr(ledger_orders.signature, 1, 130)
        AND shown.hash <> ledger_orders.hash AND shown.state <> 'signed'
        AND shown.reason NOT IN (
            'never posted', 'the marketplace''s terms changed before it was posted'));
