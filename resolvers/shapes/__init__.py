"""How each model-backed type of the schema is read: its shape (`projection.Shape`)."""

from resolvers.shapes.campaign import CAMPAIGN
from resolvers.shapes.candidate import CANDIDATE
from resolvers.shapes.change import CHANGE
from resolvers.shapes.event import EVENT
from resolvers.shapes.influencer import INFLUENCER, OVERRIDE, SOCIAL_ACCOUNT
from resolvers.shapes.participation import PARTICIPATION, REFERRAL_CODE
from resolvers.shapes.plan import PLAN, PLAN_ITEM
from resolvers.shapes.post import POST, POST_ROW
from resolvers.shapes.webhook import DELIVERY, WEBHOOK
from resolvers.shapes.what_if import WHAT_IF

SHAPES = (
    CAMPAIGN,
    CANDIDATE,
    CHANGE,
    DELIVERY,
    EVENT,
    INFLUENCER,
    OVERRIDE,
    PARTICIPATION,
    PLAN,
    PLAN_ITEM,
    POST,
    POST_ROW,
    REFERRAL_CODE,
    SOCIAL_ACCOUNT,
    WEBHOOK,
    WHAT_IF,
)
