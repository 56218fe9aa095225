-- Back to the data as they were made. Without triggers: history is not to be deleted, else.
SET session_replication_role = replica;
DELETE FROM feed WHERE event_id > (SELECT event FROM bench.baseline);
DELETE FROM participation_event WHERE id > (SELECT event FROM bench.baseline);
DELETE FROM participation WHERE id > (SELECT participation FROM bench.baseline);
DELETE FROM availability_delta;
UPDATE availability_count k SET available = c.available, is_stale = false, version = version + 1
FROM bench.counts c WHERE c.campaign_id = k.campaign_id
AND (k.is_stale OR k.available <> c.available);
UPDATE campaign SET places_taken = p.places_taken FROM bench.places p
WHERE p.id = campaign.id AND p.places_taken <> campaign.places_taken;
DELETE FROM plan_drift;
DELETE FROM plan_item;
DELETE FROM plan;
