from engine.api import Frame as Frame
from engine.api import Painting as Painting
from engine.api import paint as paint

__version__: str
