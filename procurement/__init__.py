"""The law and the cities' rules of public contracts (公共調達); knows no web, no mail, no clock."""
